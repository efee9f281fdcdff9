/** Builds the dashboard: `build(folder)` writes `index.html` and `assets/` with hashed names. */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

/** What an earlier build was made of: each file with the SHA-256 of its bytes. */
type Inputs = Readonly<Record<string, string>>;

const ROOT = resolve(import.meta.dirname, "../..");

/**
 * Puts the built pages into `folder`, which must not exist. What was built once of the same files is copied: most
 * changes of the command line do not touch the dashboard.
 *
 * @param root the checkout whose sources are meant
 */
export async function buildDashboard(folder: string, root = ROOT): Promise<void> {
  const kept = join(root, ".cache/dashboard");
  if (!isFresh(root, kept)) {
    const temporary = `${kept}.${process.pid}.tmp`;
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true });
    const inputs = await bundlePages(root, join(temporary, "pages"));
    writeFileSync(join(temporary, "inputs.json"), JSON.stringify(inputs));
    replace(temporary, kept);
  }
  cpSync(join(kept, "pages"), folder, { recursive: true });
}

/** Two builds at once may end at once; theirs is as good. */
function replace(temporary: string, kept: string): void {
  try {
    rmSync(kept, { recursive: true, force: true });
    renameSync(temporary, kept);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(join(kept, "inputs.json"))) throw error;
  }
}

function isFresh(root: string, kept: string): boolean {
  if (!existsSync(join(kept, "inputs.json"))) return false;
  const inputs: unknown = JSON.parse(readFileSync(join(kept, "inputs.json"), "utf8"));
  return Object.entries(typeof inputs === "object" && inputs !== null ? inputs : {}).every(
    ([path, digest]) => digestOf(join(root, path)) === digest,
  );
}

/** @returns every file of the checkout that the pages were made of */
async function bundlePages(root: string, folder: string): Promise<Inputs> {
  const [{ build }, { default: react }] = await Promise.all([import("vite"), import("@vitejs/plugin-react")]);
  const source = join(root, "packages/dashboard");
  // Style sheets are folded into one before any plugin sees them, so they are listed by their folder.
  const styles = readdirSync(join(source, "src/style")).map((name) => `src/style/${name}`);
  const seen = new Set(["index.html", "build.ts", "tsconfig.json", ...styles].map((name) => join(source, name)));
  seen.add(join(root, "package-lock.json"));
  const record = {
    name: "writ-inputs",
    generateBundle(this: { getModuleIds(): Iterable<string> }) {
      for (const id of this.getModuleIds()) seen.add(id.replace(/[?#].*$/, ""));
    },
  };
  // Whoever builds while tests run would else get the libraries' slow, talkative halves.
  const before = process.env["NODE_ENV"];
  process.env["NODE_ENV"] = "production";
  await build({
    root: source,
    configFile: false,
    logLevel: "warn",
    plugins: [react(), record],
    worker: { format: "es", plugins: () => [record] },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: "es2023",
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      // What is not used of our own packages is not carried: their modules declare things and do nothing when loaded.
      rolldownOptions: {
        treeshake: { moduleSideEffects: (id) => !/packages\/(core|api)\/src\//.test(id) },
      },
    },
  });
  if (before === undefined) delete process.env["NODE_ENV"];
  else process.env["NODE_ENV"] = before;
  const files = [...seen].filter((path) => path.startsWith(`${root}/`) && !path.includes("/node_modules/"));
  return Object.fromEntries(
    files
      .toSorted()
      .filter((path) => existsSync(path))
      .map((path) => [relative(root, path), digestOf(path)]),
  );
}

function digestOf(path: string): string {
  if (!existsSync(path)) return "";
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

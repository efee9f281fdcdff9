/**
 * Builds the command line into `dist/<hash of its sources>/` and points
 * `dist/writ.mjs` at it. A folder, once named, never changes: a process that
 * started from it can load the rest of itself however often others rebuild.
 */
import { execFileSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join, relative, resolve } from "node:path";

import { rolldown } from "rolldown";

import { buildDashboard } from "../packages/dashboard/build.ts";
import { bundleAssets } from "./bundle-assets.ts";

/** How many earlier builds stay for the processes that still run from them. */
const BUILDS_KEPT = 8;

/** Edits during a build are caught by hashing again after it; more than this many in a row is somebody else's problem. */
const ATTEMPTS = 5;

/** File systems date a change to within a few milliseconds; the stamp lies safely before the hashing. */
const STAMP_MARGIN_S = 0.05;

/** The page that the pages of the dashboard begin with; what it loads lies below `packages/dashboard/src`. */
const DASHBOARD = "packages/dashboard/index.html";

/** Writes the verifier as one file, which is handed out beside the bundle. */
const VERIFIER = "scripts/build-verifier.ts";

/** Drivers that are optional at run time, loaded only where they are installed. */
const OPTIONAL_PACKAGES = [/^pg($|\/)/, /^@napi-rs\/keyring$/, /^@restatedev\//];

/**
 * What is loaded later is compiled once for all starts: its code is kept beside the bundle, and where this user may not
 * write there, each start compiles anew. What the entry itself consists of is small and was loaded before this runs.
 */
const KEEP_COMPILED = "process.getBuiltinModule('node:module').enableCompileCache(`${import.meta.dirname}/compiled`);";

/** Builds what lies at `root` unless a build of the same sources exists. */
export async function bundle(root: string): Promise<{ readonly entry: string; readonly isNew: boolean }> {
  const dist = join(root, "dist");
  mkdirSync(dist, { recursive: true });
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const startedAt = Date.now() / 1_000;
    const hash = hashSources(root);
    const folder = join(dist, hash);
    const isNew = !existsSync(join(folder, "writ.mjs"));
    if (isNew) await build(root, folder);
    if (hashSources(root) !== hash) continue;
    point(dist, hash, startedAt - STAMP_MARGIN_S);
    prune(dist, hash);
    return { entry: join(dist, "writ.mjs"), isNew };
  }
  throw new Error(`the sources changed during each of ${ATTEMPTS} builds; try again when they rest`);
}

async function build(root: string, folder: string): Promise<void> {
  const packages = join(root, "packages");
  const entry = join(packages, "cli/src/main.ts");
  const temporary = `${folder}.${process.pid}.tmp`;
  rmSync(temporary, { recursive: true, force: true });
  const build = await rolldown({
    cwd: root,
    input: { writ: entry },
    platform: "node",
    external: OPTIONAL_PACKAGES,
    // Our modules declare things and do nothing when loaded, so what is not used is not carried.
    treeshake: { moduleSideEffects: (id) => !id.startsWith(packages) || id.includes("node_modules") },
    plugins: [bundleAssets(packages)],
    logLevel: "warn",
  });
  try {
    await build.write({
      dir: temporary,
      format: "esm",
      entryFileNames: "[name].mjs",
      chunkFileNames: "[name]-[hash].mjs",
      minify: false,
      sourcemap: false,
      banner: ({ name }) => (name === "writ" ? KEEP_COMPILED : ""),
      // One file for what every start loads. The entry stays apart: it waits for the rest, which needs this file.
      codeSplitting: { groups: [{ name: "front", tags: ["$initial"], test: (id) => id !== entry }] },
    });
  } finally {
    await build.close();
  }
  copyFileSync(join(root, "scripts/launcher.cjs"), join(temporary, "launcher.cjs"));
  if (existsSync(join(root, VERIFIER))) buildVerifierInto(root, join(temporary, "verify.mjs"));
  if (existsSync(join(root, DASHBOARD))) await buildDashboard(join(temporary, "assets/dashboard"), root);
  try {
    renameSync(temporary, folder);
  } catch (error) {
    // Somebody else finished the same build first; theirs is as good.
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(join(folder, "writ.mjs"))) throw error;
  }
}

/** In a process of its own, where Node does not warn that it takes types off. */
function buildVerifierInto(root: string, target: string): void {
  execFileSync(process.execPath, ["--disable-warning=ExperimentalWarning", join(root, VERIFIER), target]);
}

/** Makes `dist/writ.mjs`, `dist/verify.mjs` and the stamp `./writ` compares with follow the build, each in one step. */
function point(dist: string, hash: string, stampS: number): void {
  const unique = randomUUID();
  for (const name of ["writ.mjs", "verify.mjs"].filter((each) => existsSync(join(dist, hash, each)))) {
    const link = join(dist, `${unique}.tmp`);
    symlinkSync(join(hash, name), link);
    renameSync(link, join(dist, name));
  }
  const stamp = join(dist, `${unique}.stamp.tmp`);
  writeFileSync(stamp, `${hash}\n`);
  utimesSync(stamp, stampS, stampS);
  renameSync(stamp, join(dist, ".built"));
}

function prune(dist: string, current: string): void {
  const now = Date.now() / 1_000;
  utimesSync(join(dist, current), now, now);
  const entries = readdirSync(dist).map((name) => ({ name, path: join(dist, name) }));
  const ageOf = (path: string): number => now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) / 1_000;
  const builds = entries
    .filter(({ name }) => /^[0-9a-f]{16}$/.test(name))
    .toSorted((a, b) => ageOf(a.path) - ageOf(b.path));
  const abandoned = entries.filter(({ name, path }) => name.endsWith(".tmp") && ageOf(path) > 3_600);
  for (const { path } of [...builds.slice(BUILDS_KEPT), ...abandoned]) rmSync(path, { recursive: true, force: true });
}

/** Names a state of everything the bundle is made from. */
function hashSources(root: string): string {
  const hash = createHash("sha256");
  const packages = readdirSync(join(root, "packages")).filter((name) => name !== "testkit");
  const files = [
    "package-lock.json",
    "scripts/bundle.ts",
    "scripts/bundle-assets.ts",
    "scripts/launcher.cjs",
    VERIFIER,
    "scripts/verifier-format.json",
    DASHBOARD,
    "packages/dashboard/build.ts",
    ...packages.flatMap((name) => [`packages/${name}/package.json`, ...productionFiles(root, `packages/${name}/src`)]),
  ];
  for (const file of files.toSorted()) {
    if (!existsSync(join(root, file))) continue;
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

function productionFiles(root: string, folder: string): string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(test|sim)\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

if (import.meta.main) {
  const root = resolve(process.argv[2] ?? join(import.meta.dirname, ".."));
  const startedAt = performance.now();
  const { entry, isNew } = await bundle(root);
  const took = Math.round(performance.now() - startedAt);
  if (isNew) process.stderr.write(`writ: built ${relative(root, entry)} in ${took} ms\n`);
}

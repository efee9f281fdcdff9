import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";

import { describe, expect, test } from "vitest";

import { bundle } from "./bundle.ts";
import { temporaryTree } from "./temporary-tree.ts";

const repository = resolve(import.meta.dirname, "..");

const PROGRAM = {
  "package-lock.json": "{}",
  "packages/cli/package.json": '{"type":"module"}',
  "packages/cli/src/main.ts": `
    const [command] = process.argv.slice(2);
    if (command === "--version") console.log("0.0.0");
    else console.log((await import("./greet.ts")).greet());`,
  "packages/cli/src/greet.ts": `
    import { readFileSync, readdirSync } from "node:fs";
    import { spawnSync } from "node:child_process";
    const sql = new URL("./sql/0001.sql", import.meta.url);
    const folder = new URL("./sql/", import.meta.url);
    const child = new URL("./child.ts", import.meta.url);
    export const greet = (): string =>
      [readFileSync(sql, "utf8"), ...readdirSync(folder), spawnSync(process.execPath, [child.pathname], { encoding: "utf8" }).stdout].join(" ");`,
  "packages/cli/src/child.ts": "process.stdout.write('from the child' satisfies string);",
  "packages/cli/src/sql/0001.sql": "SELECT 1;",
  "packages/cli/src/sql/0002.sql": "SELECT 2;",
};

function program(): Disposable & { readonly root: string } {
  const tree = temporaryTree(PROGRAM);
  symlinkSync(join(repository, "scripts"), join(tree.root, "scripts"));
  // Only what a build needs, so that whatever goes wrong here leaves the repository's packages alone.
  mkdirSync(join(tree.root, "node_modules"));
  writeFileSync(join(tree.root, "node_modules/.package-lock.json"), "{}");
  writeFileSync(join(tree.root, "writ"), readFileSync(join(repository, "writ"), "utf8"), { mode: 0o755 });
  return tree;
}

function run(entry: string, ...args: string[]): string {
  return execFileSync(process.execPath, [entry, ...args], { encoding: "utf8" }).trim();
}

describe("the bundle", () => {
  test("carries data files, folders and child programs, and loads commands when they are called", async () => {
    using tree = program();
    const { entry } = await bundle(tree.root);
    expect(run(entry)).toBe("SELECT 1; 0001.sql 0002.sql from the child");
    expect(readFileSync(entry, "utf8")).not.toContain("SELECT");
    expect(readFileSync(entry, "utf8")).not.toContain("readdirSync");
  });

  test("says what the sources say when they run as they are", async () => {
    using tree = program();
    const { entry } = await bundle(tree.root);
    expect(run(entry)).toBe(run(join(tree.root, "packages/cli/src/main.ts")));
  });

  test("is built once for one state of the sources", async () => {
    using tree = program();
    expect((await bundle(tree.root)).isNew).toBe(true);
    expect((await bundle(tree.root)).isNew).toBe(false);
    writeFileSync(join(tree.root, "packages/cli/src/greet.test.ts"), "throw new Error('tests are not part of it');");
    expect((await bundle(tree.root)).isNew).toBe(false);
    writeFileSync(join(tree.root, "packages/cli/src/sql/0002.sql"), "SELECT 3;");
    expect((await bundle(tree.root)).isNew).toBe(true);
  });

  test("stays where it is for a process that still runs from it", async () => {
    using tree = program();
    const { entry } = await bundle(tree.root);
    const before = realpathSync(entry);
    writeFileSync(join(tree.root, "packages/cli/src/greet.ts"), "export const greet = () => 'new';");
    await bundle(tree.root);
    expect(run(before)).toContain("from the child");
    expect(run(entry)).toBe("new");
  });

  test("refuses a file that is not there", async () => {
    using tree = program();
    rmSync(join(tree.root, "packages/cli/src/sql/0001.sql"));
    await expect(bundle(tree.root)).rejects.toThrow("./sql/0001.sql");
    expect(existsSync(join(tree.root, "dist/writ.mjs"))).toBe(false);
  });
});

describe("./writ", () => {
  const start = (path: string, cwd: string): Promise<{ out: string; err: string; status: number | null }> =>
    new Promise((done) => {
      const child = spawn(path, { cwd, stdio: ["ignore", "pipe", "pipe"] });
      let out = "";
      let err = "";
      child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString("utf8")));
      child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString("utf8")));
      child.on("close", (status) => done({ out: out.trim(), err: err.trim(), status }));
    });

  test("builds and runs from anywhere, through a link, with clean stdout", async () => {
    using tree = program();
    using elsewhere = temporaryTree({});
    symlinkSync(join(tree.root, "writ"), join(elsewhere.root, "link"));
    symlinkSync("link", join(elsewhere.root, "link-to-link"));
    const first = await start("./link-to-link", elsewhere.root);
    expect(first).toMatchObject({ out: "SELECT 1; 0001.sql 0002.sql from the child", status: 0 });
    expect(first.err).toContain("built dist/writ.mjs");
    expect(await start(join(tree.root, "writ"), "/")).toMatchObject({ out: first.out, err: "", status: 0 });
  });

  test("two first runs at once leave one bundle", async () => {
    using tree = program();
    const runs = await Promise.all(Array.from({ length: 6 }, () => start(join(tree.root, "writ"), tree.root)));
    const said = runs.map(({ out, err, status }) => ({ out, err: status === 0 ? "" : err, status }));
    expect(said).toEqual(runs.map(() => ({ out: "SELECT 1; 0001.sql 0002.sql from the child", err: "", status: 0 })));
    const left = readdirSync(join(tree.root, "dist")).filter((name) => !name.startsWith("."));
    expect(left.filter((name) => /^[0-9a-f]{16}$/.test(name))).toHaveLength(1);
    expect(left.filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("notices an edit, a file that left, and an older file put in its place", async () => {
    using tree = program();
    const greeting = join(tree.root, "packages/cli/src/greet.ts");
    const say = (text: string): void => writeFileSync(greeting, `export const greet = () => "${text}";`);
    const writ = (): Promise<{ out: string }> => start(join(tree.root, "writ"), tree.root);
    await writ();
    say("edited");
    expect((await writ()).out).toBe("edited");
    const old = join(tree.root, "old.ts");
    writeFileSync(old, 'export const greet = () => "older";');
    utimesSync(old, 1, 1);
    renameSync(old, greeting);
    expect((await writ()).out).toBe("older");
    rmSync(greeting);
    expect(await writ()).toMatchObject({ out: "", status: 1 });
  });

  test("hands over its exit status and its arguments as they are", async () => {
    using tree = program();
    writeFileSync(
      join(tree.root, "packages/cli/src/main.ts"),
      "console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 5;",
    );
    const output = execFileSync("sh", ["-c", `"${join(tree.root, "writ")}" 'a b' '' '*' ; echo $?`], {
      encoding: "utf8",
      stdio: "pipe",
    });
    expect(output).toBe('["a b","","*"]\n5\n');
  });
});

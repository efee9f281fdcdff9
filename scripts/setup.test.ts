import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { describe, expect, test } from "vitest";

import { temporaryTree } from "./temporary-tree.ts";

const scripts = resolve(import.meta.dirname);

/** Makes a Node look like another version to the program it runs. */
const pretend = (version: string): string =>
  `Object.defineProperty(process.versions, "node", { value: ${JSON.stringify(version)} });`;

describe("the launcher", () => {
  const launch = (version: string, files: Readonly<Record<string, string>> = {}) => {
    using tree = temporaryTree({
      "pretend.cjs": pretend(version),
      "launcher.cjs": readFileSync(join(scripts, "launcher.cjs"), "utf8"),
      "writ.mjs": "console.log('started', process.argv.slice(2).join()); process.exitCode = 3;",
      ...files,
    });
    if (files["local"] !== undefined) {
      mkdirSync(join(tree.root, "node_modules/.bin"), { recursive: true });
      symlinkSync(process.execPath, join(tree.root, "node_modules/.bin/node"));
    }
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--require", join(tree.root, "pretend.cjs"), join(tree.root, "launcher.cjs"), "a", "b c"],
      { encoding: "utf8" },
    );
    return { status, stdout, stderr };
  };

  test("starts Writ on a Node that is new enough", () => {
    expect(launch("24.15.0")).toEqual({ status: 3, stdout: "started a,b c\n", stderr: "" });
    expect(launch("26.0.0")).toMatchObject({ status: 3 });
  });

  test("says one clear line on an old Node and exits 2", () => {
    const old = launch("24.14.9");
    expect(old).toMatchObject({ status: 2, stdout: "" });
    expect(old.stderr.trim().split("\n")).toEqual([expect.stringContaining("needs Node.js 24.15 or newer")]);
  });

  test("finds the Node that npm put beside it", () => {
    expect(launch("18.0.0", { local: "" })).toMatchObject({ status: 3, stdout: "started a,b c\n" });
  });

  test("stays in the syntax of old Nodes", () => {
    const source = readFileSync(join(scripts, "launcher.cjs"), "utf8").replaceAll(/\/\/.*/g, "");
    expect(source).not.toMatch(/=>|`|\?\?|\?\.|\b(const|let|async|await|class)\b/);
  });
});

describe("setting up", () => {
  const LOCK = {
    packages: {
      "": {},
      "node_modules/a": { version: "1.0.0" },
      "node_modules/b": { version: "1.0.0", optional: true },
    },
  };

  /** Runs a line of shell with setup.sh read in, an npm that only leaves a note, and a lockfile. */
  const inSetup = (line: string, installed: object | undefined, path: string = process.env["PATH"] ?? "") => {
    const tree = temporaryTree({ "bin/npm": '#!/bin/sh\necho npm "$@"\n', "package-lock.json": JSON.stringify(LOCK) });
    chmodSync(join(tree.root, "bin/npm"), 0o755);
    symlinkSync(scripts, join(tree.root, "scripts"));
    if (installed !== undefined) {
      mkdirSync(join(tree.root, "node_modules"));
      writeFileSync(join(tree.root, "node_modules/.package-lock.json"), JSON.stringify(installed));
      // The lockfile was touched later.
      utimesSync(join(tree.root, "node_modules/.package-lock.json"), 1, 1);
    }
    const { stdout, stderr, status } = spawnSync(
      "/bin/sh",
      ["-uc", `root=${tree.root}; . ${scripts}/setup.sh; ${line}`],
      {
        encoding: "utf8",
        env: { PATH: `${join(tree.root, "bin")}:${path}` },
      },
    );
    return { stdout, stderr, status, [Symbol.dispose]: () => tree[Symbol.dispose]() };
  };

  test.each([
    ["nothing is there", undefined, true],
    ["a package is missing", { packages: {} }, true],
    ["a package has another version", { packages: { "node_modules/a": { version: "1.0.1" } } }, true],
    ["a package is too many", { packages: { "node_modules/a": { version: "1.0.0" }, "node_modules/z": {} } }, true],
    ["all is there but what this system cannot use", { packages: { "node_modules/a": { version: "1.0.0" } } }, false],
  ])("when %s", (_when, installed, installs) => {
    using end = inSetup("ensure_packages", installed);
    expect(end.stderr.includes("npm ci")).toBe(installs);
    expect(end.stdout).toBe("");
    expect(end.status).toBe(0);
  });

  test("takes the first Node that is new enough, and remembers where it is", () => {
    using end = inSetup(
      'find_node && echo "$node" && cat "$root/.cache/node"',
      undefined,
      `${resolve(process.execPath, "..")}:/usr/bin:/bin`,
    );
    expect(end.stdout).toBe(`${process.execPath}\n${process.execPath}\n`);
  });

  test("asks again when what it remembers is gone", () => {
    using end = inSetup(
      'mkdir "$root/.cache" && echo /nowhere/node >"$root/.cache/node" && find_node && echo "$node"',
      undefined,
      `${resolve(process.execPath, "..")}:/usr/bin:/bin`,
    );
    expect(end.stdout).toBe(`${process.execPath}\n`);
  });

  test("says so when there is no Node", () => {
    using end = inSetup("find_node || explain_missing_node", undefined, "/nowhere");
    expect(end.stderr).toContain("needs Node.js 24.15 or newer");
  });
});

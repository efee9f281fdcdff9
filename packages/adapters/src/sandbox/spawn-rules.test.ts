import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

const PACKAGES = join(import.meta.dirname, "../../..");

/** Ways to start a program in which text becomes a shell's, or in which our own environment is handed on. */
const FORBIDDEN: readonly (readonly [string, RegExp])[] = [
  ["a shell line", /\bshell:\s*(true|["'`])/],
  ["a shell line", /import\s*\{[^}]*\b(exec|execSync)\b[^}]*\}\s*from\s*"node:child_process"/],
  ["all of the module", /import\s+(\*\s+as|[a-zA-Z_]+\s+from)[^"]*"node:child_process"/],
];

const faultsIn = (text: string): readonly string[] =>
  FORBIDDEN.flatMap(([what, pattern]) => (pattern.test(text) ? [what] : []));

// Requirement 32.
test("32: no source starts a program through a shell line", () => {
  const sources = globSync("*/src/**/*.{ts,tsx}", { cwd: PACKAGES }).filter(
    (path) => !/\.(test|sim)\.tsx?$/.test(path),
  );
  const starters = sources.filter((path) => readFileSync(join(PACKAGES, path), "utf8").includes("node:child_process"));
  expect(sources.length).toBeGreaterThan(100);
  expect(starters.length).toBeGreaterThan(1);
  expect(
    starters.flatMap((path) =>
      faultsIn(readFileSync(join(PACKAGES, path), "utf8")).map((fault) => `${path}: ${fault}`),
    ),
  ).toEqual([]);
});

test("32: the rule sees each of them", () => {
  expect(faultsIn('spawn("ls -l", { shell: true })')).toEqual(["a shell line"]);
  expect(faultsIn('import { exec } from "node:child_process"')).toEqual(["a shell line"]);
  expect(faultsIn('import { spawn, execSync } from "node:child_process"')).toEqual(["a shell line"]);
  expect(faultsIn('import * as child from "node:child_process"')).toEqual(["all of the module"]);
  expect(faultsIn('import { execFile, spawn } from "node:child_process"')).toEqual([]);
});

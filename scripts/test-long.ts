/**
 * The long loops: every simulation, and every test that goes on for longer when asked to,
 * with `WRIT_LONG=1` and as many hours as it takes. Arguments narrow the files.
 */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const wanted = process.argv.slice(2);
const files = [
  ...globSync("packages/*/src/**/*.sim.ts", { cwd: root }),
  ...globSync("packages/*/src/**/*.test.{ts,tsx}", { cwd: root }).filter((path) =>
    readFileSync(join(root, path), "utf8").includes("WRIT_LONG"),
  ),
].filter((path) => wanted.length === 0 || wanted.some((part) => path.includes(part)));
if (files.length === 0) throw new TypeError(`no long loop's file has any of these in its name: ${wanted.join(", ")}`);
const { status } = spawnSync(join(root, "node_modules/.bin/vitest"), ["run", "--reporter=verbose", ...files], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, WRIT_LONG: "1" },
});
process.exitCode = status ?? 1;

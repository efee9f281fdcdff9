/**
 * Writes every generated file again, or with `--check` says which are stale.
 * A generator is a file `scripts/generate-<what>.ts` that knows `--check`.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const generators = readdirSync(import.meta.dirname)
  .filter((name) => /^generate-[a-z-]+\.ts$/.test(name) && !name.endsWith(".test.ts"))
  .toSorted();

const failed = generators.filter((name) => {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, name), ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  return status !== 0;
});

if (failed.length > 0) console.log(`not as generated: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** The long loops: every simulation with `WRIT_LONG=1`, as many hours as it takes. Arguments narrow the files. */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const { status } = spawnSync(
  join(root, "node_modules/.bin/vitest"),
  ["run", "--project", "sim", "--reporter=verbose", ...process.argv.slice(2)],
  { cwd: root, stdio: "inherit", env: { ...process.env, WRIT_LONG: "1" } },
);
process.exitCode = status ?? 1;

import { spawnSync } from "node:child_process";

/** How to get bubblewrap where it is missing; null where it is there. */
const remedy = spawnSync("/usr/bin/bwrap", ["--version"]).status === 0 ? null : "apt-get install -y bubblewrap";

/**
 * For `describe.skipIf`: tests that need bubblewrap are left out where it is missing, and that is said. With `CI=true` they run, and fail.
 */
export const isWithoutBubblewrap = remedy !== null && process.env["CI"] !== "true";

if (isWithoutBubblewrap) process.stderr.write(`bubblewrap is missing, so its tests do not run here: ${remedy}\n`);

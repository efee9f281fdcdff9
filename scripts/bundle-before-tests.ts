import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

import { bundle } from "./bundle.ts";

/** Tests of the command line run the bundle; it is built from what is being tested, or is not there at all. */
export default async function bundleBeforeTests(): Promise<void> {
  const root = resolve(import.meta.dirname, "..");
  if (!existsSync(join(root, "packages/cli/src/main.ts"))) return;
  try {
    await bundle(root);
  } catch (error) {
    rmSync(join(root, "dist/writ.mjs"), { force: true });
    console.error("the bundle could not be built, and tests of the command line will fail:", error);
  }
}

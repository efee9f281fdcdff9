import type { RunCopies } from "@writ/runtime";
import type { RunFolders } from "./compose-run-folder.ts";
import { previousOf } from "./compose-tools.ts";

/**
 * The copies of a workspace's runs.
 *
 * @param folder `.orchestrate`
 * @param forget what was read of runs so far
 */
export function runCopies(folder: string, folders: RunFolders, forget: () => void): RunCopies {
  return {
    async withdraw(run, keys) {
      await folders.withdraw(run);
      await (await previousOf(folder)).forget(keys);
    },
    async draw(run) {
      forget();
      await folders.draw(run);
    },
  };
}

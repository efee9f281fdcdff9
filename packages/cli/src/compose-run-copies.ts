import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "@writ/adapters/system/errno";
import { isJsonObject, OrchestratorError, parseStrict, type RunId } from "@writ/core";
import { keysOfRun, type Custody, type RunCopies, type Store } from "@writ/runtime";
import type { RunFolders } from "./compose-run-folder.ts";
import { previousOf } from "./compose-tools.ts";

/** Parts of a run's folder that hold nothing but what can be erased. */
const ERASABLE = ["plan.json", "logs"];

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

/**
 * Draws the copies of erased runs anew where an erasure was cut short. One that cannot be drawn keeps nobody from work;
 * `writ doctor` tells of it.
 */
export async function renewErased(folder: string, store: Store, custody: Custody): Promise<void> {
  for (const run of await store.audit.redactedRuns()) {
    if (!isDrawnBeforeErasure(folder, run)) continue;
    try {
      await custody.renewCopies(run);
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
    }
  }
}

/** Whether a run's folder was not drawn since all the run held was erased, be it that there is none. */
function isDrawnBeforeErasure(folder: string, run: RunId): boolean {
  const place = join(folder, "runs", run);
  return ERASABLE.some((name) => existsSync(join(place, name))) || goalIn(join(place, "state.json")) !== null;
}

/** Erased runs of which something is still told beside the log. @param folder `.orchestrate` */
export async function runsStillTold(folder: string, store: Store): Promise<readonly RunId[]> {
  const previous = await previousOf(folder);
  const told: RunId[] = [];
  for (const run of await store.audit.redactedRuns()) {
    if (isThere(folder, run) && isDrawnBeforeErasure(folder, run)) told.push(run);
    else if (await previous.holds(await keysOfRun(store, run))) told.push(run);
  }
  return told;
}

function isThere(folder: string, run: RunId): boolean {
  return existsSync(join(folder, "runs", run));
}

/** Undefined where there is no such file, or no whole one. */
function goalIn(path: string): unknown {
  try {
    const state = parseStrict(readFileSync(path));
    return isJsonObject(state) ? state["goal"] : undefined;
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || error instanceof OrchestratorError) return undefined;
    throw error;
  }
}

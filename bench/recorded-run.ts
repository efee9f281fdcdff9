import { MemoryLog } from "@writ/adapters/memory/log";
import { openMemoryStore } from "@writ/adapters/memory/store";
import { nodeHasher } from "@writ/adapters/system/sha256";
import type { Rules, RunId, StoredEntry } from "@writ/core";
import { TEST_LOG } from "@writ/testkit/contracts/store-drafts";

import { closeEngine, runToRest, workshopOver } from "./bench-engine.ts";
import { chainPlan } from "./chain-plan.ts";
import { inFolder } from "./folder.ts";

/** A finished run as its journal keeps it. */
export interface RecordedRun {
  readonly run: RunId;
  readonly stored: readonly StoredEntry[];
  readonly rules: Rules;
}

const recorded = new Map<number, Promise<RecordedRun>>();

/** A run of a chain of `steps`, made once for all rows. */
export function recordedRun(steps: number): Promise<RecordedRun> {
  const made = recorded.get(steps) ?? record(steps);
  recorded.set(steps, made);
  return made;
}

function record(steps: number): Promise<RecordedRun> {
  return inFolder(async (folder) => {
    const workshop = await workshopOver(openMemoryStore(new MemoryLog(nodeHasher, TEST_LOG)), folder);
    const run = await runToRest(workshop, chainPlan(steps));
    const { stored, state } = await workshop.tasks.history(run);
    await closeEngine(workshop);
    return { run, stored, rules: state.rules };
  });
}

import {
  committed,
  isJsonArray,
  isJsonObject,
  OrchestratorError,
  parseStrict,
  replay,
  type Replay,
  type RunId,
  type StoredEntry,
} from "@writ/core";
import type { RunDesk } from "./run-desk.ts";

/** A replay that was carried through: equal to what was recorded, or different from it. */
export type Replayed = Exclude<Replay, { readonly result: "not_replayable" }>;

/**
 * Re-derives a run from its stored bytes, with no tool and no model in reach.
 *
 * Not by way of the run's history: that is folded from the very bytes in question.
 *
 * @returns what was found, and how many facts are recorded
 * @throws OrchestratorError `replay_input_missing` where something was erased
 */
export async function replayRecorded(
  desk: Pick<RunDesk, "store" | "rulesOf">,
  run: RunId,
): Promise<{ readonly found: Replayed; readonly of: number }> {
  const stored = await desk.store.journal.read(run);
  const found = replay(run, stored, await desk.rulesOf(run));
  if (found.result === "not_replayable")
    throw new OrchestratorError(
      "replay_input_missing",
      `${found.reason} (entry ${found.version} of ${run}); its proofs still hold: writ audit prove ${run}`,
    );
  return { found, of: stored.reduce((sum, entry) => sum + factsIn(entry), 0) };
}

/** What a replay found, as programs see it. @param of facts that are recorded */
export function replayDocument(run: RunId, found: Replayed, of: number) {
  const { result } = found;
  if (found.result === "equal") return { run, result, versions: found.versions, facts: found.facts };
  return {
    run,
    result,
    version: found.version,
    fact: found.position,
    of,
    step: found.step,
    recorded: found.recorded && committed(found.recorded),
    derived: found.derived && committed(found.derived),
    moved: found.moved,
  };
}

/** How many facts an entry's bytes hold; none where they cannot be read any more. */
function factsIn({ bytes }: StoredEntry): number {
  try {
    const entry = parseStrict(bytes);
    const facts = isJsonObject(entry) ? entry["facts"] : undefined;
    return facts !== undefined && isJsonArray(facts) ? facts.length : 0;
  } catch (error) {
    if (error instanceof OrchestratorError) return 0;
    throw error;
  }
}

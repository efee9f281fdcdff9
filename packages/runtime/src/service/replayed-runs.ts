import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  OrchestratorError,
  parseCanonical,
  parseId,
  type ReplayedRun,
  type RunId,
  type StoredEntry,
} from "@writ/core";
import type { History } from "./history.ts";
import { replayRun } from "./proofs.ts";

/** Reads a run with the rules it was started under. */
export type ReadRun = (run: RunId) => Promise<History>;

/**
 * Replays every run that has entries here, sorted by run. What cannot be read
 * for lack of an erased value or a rule is not replayable; that is no difference.
 */
export async function replayedRuns(entries: readonly StoredEntry[], read: ReadRun): Promise<readonly ReplayedRun[]> {
  const runs = new Map<string, StoredEntry[]>();
  for (const entry of entries) {
    if (entry.run === null) continue;
    const siblings = runs.get(entry.run);
    if (siblings === undefined) runs.set(entry.run, [entry]);
    else siblings.push(entry);
  }
  const replayed: ReplayedRun[] = [];
  for (const [name, stored] of runs) {
    const id = parseId("run", name);
    if (id.ok) replayed.push(await replayedRun(id.value, stored, read));
  }
  return replayed.toSorted((a, b) => (a.run < b.run ? -1 : 1));
}

async function replayedRun(run: RunId, stored: readonly StoredEntry[], read: ReadRun): Promise<ReplayedRun> {
  const counts = { run, versions: stored.length, ...countFacts(stored) };
  try {
    const { state } = await read(run);
    return { ...counts, result: replayRun(run, { stored, state }).result };
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return { ...counts, result: "not_replayable" };
  }
}

/** Counted on the bytes, so that it holds of a run nobody can fold any more. */
function countFacts(stored: readonly StoredEntry[]): Pick<ReplayedRun, "facts" | "record_hash"> {
  const facts = stored.flatMap(({ bytes }) => factsOf(bytes));
  const ended = facts.find((fact) => fact["type"] === "run_ended")?.["record_hash"];
  return { facts: facts.length, record_hash: typeof ended === "string" ? ended : null };
}

function factsOf(bytes: string): readonly JsonObject[] {
  const entry = parseCanonical(bytes);
  const facts = isJsonObject(entry) ? entry["facts"] : [];
  return isJsonArray(facts) ? facts.filter(isJsonObject) : [];
}

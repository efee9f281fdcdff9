import {
  beginEntry,
  canonicalJson,
  Checkpoints,
  digestOf,
  evolve,
  initialState,
  OrchestratorError,
  type CheckpointDocument,
  type JsonObject,
  type RunId,
} from "@writ/core";
import type { Documents } from "../ports/store.ts";
import type { History } from "./history.ts";

/** Who has journals, and what was written down of them. */
interface Keeper {
  readonly history: (run: RunId) => Promise<History>;
  readonly store: { readonly documents: Pick<Documents, "get"> };
}

/** How what is stored compares with what the journal says. */
export type Kept = "equal" | "missing" | "different";

export interface KeptCheckpoint extends CheckpointDocument {
  readonly kept: Kept;
}

/**
 * The decision record, as it is stored and under its digest.
 *
 * @throws OrchestratorError `nothing_to_answer` before the run has ended, `log_corrupt` if the stored bytes are others
 */
export async function decisionRecord(desk: Keeper, run: RunId): Promise<JsonObject> {
  const { entries, state } = await desk.history(run);
  const ended = entries.flatMap((entry) => entry.facts).find((fact) => fact.type === "run_ended");
  if (ended?.type !== "run_ended") {
    throw new OrchestratorError(
      "nothing_to_answer",
      `${run} has not ended, so there is no decision record yet; see where it stands with: writ show ${run}`,
    );
  }
  const document = await desk.store.documents.get(ended.record_hash);
  if (document === null || digestOf(state.rules.hash, document) !== ended.record_hash) {
    throw new OrchestratorError(
      "log_corrupt",
      `the decision record of ${run} is not the one its journal names; keep the folder as it is and run: writ audit verify`,
      { details: { digest: ended.record_hash } },
    );
  }
  return document;
}

/** Every checkpoint of a run, derived again and held against the stored one. @throws OrchestratorError `run_not_found` */
export async function checkpointsOf(desk: Keeper, run: RunId): Promise<readonly KeptCheckpoint[]> {
  const found: KeptCheckpoint[] = [];
  for (const each of await derived(desk, run)) found.push({ ...each, kept: await compared(desk, each) });
  return found;
}

async function derived(desk: Pick<Keeper, "history">, run: RunId): Promise<readonly CheckpointDocument[]> {
  const { entries, state: last } = await desk.history(run);
  const checkpoints = new Checkpoints();
  const state = initialState(run, last.rules);
  return entries.flatMap((entry) => {
    beginEntry(state, entry.at, entry.actor);
    for (const fact of entry.facts) evolve(state, fact);
    return checkpoints.observe(state, entry.facts) ?? [];
  });
}

async function compared({ store }: Pick<Keeper, "store">, { digest, bytes }: CheckpointDocument): Promise<Kept> {
  const stored = await store.documents.get(digest);
  if (stored === null) return "missing";
  return canonicalJson(stored) === bytes ? "equal" : "different";
}

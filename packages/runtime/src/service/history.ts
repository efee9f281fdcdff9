import {
  beginEntry,
  EntryReader,
  evolve,
  initialState,
  OrchestratorError,
  ReadModels,
  type ApprovalView,
  type ArtifactView,
  type Entry,
  type Rules,
  type RunId,
  type RunState,
  type StoredEntry,
} from "@writ/core";
import type { Store } from "../ports/store.ts";

/** Everything the journal says about one run, folded from zero: what looking and reading need. */
export interface History {
  readonly state: RunState;
  readonly stored: readonly StoredEntry[];
  readonly entries: readonly Entry[];
  readonly approvals: readonly ApprovalView[];
  readonly artifacts: readonly ArtifactView[];
}

/** @throws OrchestratorError `run_not_found` */
export async function readHistory(store: Store, run: RunId, rules: Rules): Promise<History> {
  const stored = await store.journal.read(run);
  if (stored.length === 0)
    throw new OrchestratorError("run_not_found", `there is no run ${run}; see them with: writ list`);
  const state = initialState(run, rules);
  const reader = new EntryReader(rules.hash);
  const models = new ReadModels();
  const approvals = new Map<string, ApprovalView>();
  const artifacts: ArtifactView[] = [];
  const entries = stored.map((each) => {
    const entry = reader.read(each);
    beginEntry(state, entry.at, entry.actor);
    for (const fact of entry.facts) evolve(state, fact);
    const { views } = models.observe(state, entry);
    for (const view of views.approvals) approvals.set(view.approval_id, view);
    artifacts.push(...views.artifacts);
    return entry;
  });
  return { state, stored, entries, approvals: [...approvals.values()], artifacts };
}

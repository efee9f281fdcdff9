import { epochMs, needsYou, runView, taskHead, taskView, toRfc3339, type RunId, type RunView } from "@writ/core";
import type { Desk, History } from "@writ/runtime";
import { knownRun } from "./known-run.ts";

/** No run comes near it; each request was put to a person. */
const MOST_REQUESTS = 10_000;

/** A task whole, from its journal. */
export async function taskDocument(desk: Pick<Desk, "history">, run: RunId) {
  return taskOf(await desk.history(run));
}

export function taskOf({ state, approvals, artifacts }: History) {
  return {
    ...taskView(state, approvals, artifacts),
    ...standing(runView(state)),
    policy_mode: state.settings?.mode ?? null,
  };
}

/** A task without its steps, from rows alone. */
export async function taskRow(desk: Pick<Desk, "store">, view: RunView) {
  const run = await knownRun(desk, view.run_id);
  const { views } = desk.store;
  const [approvals, artifacts] = await Promise.all([
    views.approvals({ statuses: [], run, limit: MOST_REQUESTS }),
    views.artifacts(run),
  ]);
  return { ...taskHead({ view, exhausted: null }, approvals, artifacts), ...standing(view) };
}

function standing(view: RunView) {
  return {
    id: view.run_id,
    version: view.version,
    door: view.door,
    started_by: view.started_by,
    created_at: toRfc3339(epochMs(view.created_at_ms)),
    updated_at: toRfc3339(epochMs(view.updated_at_ms)),
    ended_at: view.ended_at_ms === null ? null : toRfc3339(epochMs(view.ended_at_ms)),
    worked_ms: view.worked_ms,
    waited_ms: view.waited_ms,
    needs_you: needsYou(view),
    progress: view.steps,
    waiting: view.waiting,
  };
}

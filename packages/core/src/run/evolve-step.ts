import type { JournalEvent } from "./event.ts";
import { keep } from "./references.ts";
import { release } from "./scope.ts";
import { ROOT } from "./paths.ts";
import type { Reason } from "./reason.ts";
import type { RunState, StepState } from "./state.ts";
import type { Payload } from "../base/payload.ts";

export interface Settling {
  readonly outcome: Extract<JournalEvent, { type: "step_settled" }>["outcome"];
  readonly output: Payload | null;
  readonly reason: Reason | null;
}

/** The end of a step, whatever ended it: frees what it held and releases what waited for it. */
export function settleStep(state: RunState, path: string, settling: Settling): void {
  const step = state.steps.get(path);
  if (step === undefined) return;
  const { outcome, output, reason } = settling;
  leave(state, step);
  step.status = outcome;
  step.reason = reason;
  step.output = output;
  tally(state, outcome);
  const scope = state.scopes.get(step.scope);
  if (scope === undefined) return;
  if (output !== null && !output.isErased) step.kept = keep(scope, step.index, output.json());
  scope.left -= 1;
  if (outcome === "failed") fail(state, step, reason);
  release(state, scope, step.index);
  wake(state, path);
}

function leave(state: RunState, step: StepState): void {
  state.ready.delete(step.path);
  state.timers.clear(`retry:${step.path}`);
  if (step.status === "review") state.reviews -= 1;
  if (step.status === "in_doubt") state.doubts -= 1;
  step.grant = null;
}

function tally(state: RunState, outcome: Settling["outcome"]): void {
  state.tally.settled += 1;
  if (outcome === "succeeded") state.tally.succeeded += 1;
  if (outcome === "failed") state.tally.failed += 1;
}

/** A failed `stop` step ends its block, unless another stands in for it. */
function fail(state: RunState, step: StepState, reason: Reason | null): void {
  const scope = state.scopes.get(step.scope);
  const planned = scope?.block.steps[step.index];
  if (scope === undefined || planned === undefined || planned.onFailure === "continue") return;
  if (step.scope === ROOT && scope.block.steps.some((each) => each.fallbackFor === planned.id)) return;
  scope.failing ??= { ...(reason ?? { code: "step_failed" }), step: step.path };
}

/** Steps that waited behind a call with the same key look again. */
export function wake(state: RunState, path: string): void {
  for (const waiting of state.behind.get(path) ?? []) {
    const step = state.steps.get(waiting);
    if (step?.status !== "queued") continue;
    step.status = "ready";
    state.ready.push(waiting);
  }
  state.behind.delete(path);
}

import type { JournalEvent } from "./event.ts";
import { keep } from "./references.ts";
import { hasStandIn, release, subjectOf } from "./scope.ts";
import { effectKey } from "./effect.ts";
import { UNDO } from "./paths.ts";
import type { Reason } from "./reason.ts";
import type { Gate, RunState, Scope, StepState } from "./state.ts";
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
  if (output !== null && !output.isErased) step.kept = keep(scope, step.index, output);
  scope.left -= 1;
  if (outcome !== "succeeded") fail(state, scope, step);
  if (isEntered(state, scope.path)) release(state, scope, step.index);
  wake(state, path);
}

/** May be entered again, unless nothing of its block is entered any more. */
export function makeReady(state: RunState, step: StepState): void {
  step.status = "ready";
  if (isEntered(state, step.scope)) state.ready.push(step.path);
}

/** Whether steps of a block are still entered: once a run closes, only what takes effects back is. */
function isEntered(state: RunState, scope: string): boolean {
  return state.closing === null || scope === UNDO;
}

/** Takes a gate away with all it holds: its timer, its slot, its work. */
export function removeGate(state: RunState, gate: Gate): void {
  if (gate.status === "opening") state.opening -= 1;
  state.work.delete(effectKey.gate(gate.step, gate.round));
  state.timers.clear(`gate:${gate.step}`);
  if (gate.request !== null) {
    state.work.delete(effectKey.self(gate.request.approval));
    state.requests.delete(gate.request.approval);
  }
  state.gates.delete(gate.step);
}

function leave(state: RunState, step: StepState): void {
  state.ready.delete(step.path);
  state.unsure.delete(step.path);
  state.timers.clear(`retry:${step.path}`);
  const gate = state.gates.get(step.path);
  if (gate !== undefined) removeGate(state, gate);
  if (step.status === "review") state.reviews -= 1;
  if (step.status === "in_doubt") state.doubts -= 1;
  step.grant = null;
}

function tally(state: RunState, outcome: Settling["outcome"]): void {
  state.tally.settled += 1;
  if (outcome === "succeeded") state.tally.succeeded += 1;
  if (outcome === "failed") state.tally.failed += 1;
}

/** A failed `stop` step ends its block, unless another stands in for it; once nobody does any more, its word counts. */
function fail(state: RunState, scope: Scope, { index, status }: StepState): void {
  if (status === "failed" && hasStandIn(scope, index)) return;
  for (let at = index; at !== -1; at = subjectOf(scope, at)) {
    const path = scope.paths[at];
    const step = path === undefined ? undefined : state.steps.get(path);
    if (step === undefined || (at !== index && step.status !== "failed")) return;
    if (step.status === "failed" && scope.block.steps[at]?.onFailure === "stop")
      scope.failing ??= { ...(step.reason ?? { code: "step_failed" }), step: step.path };
  }
}

/** Steps that waited behind a call with the same key look again. */
export function wake(state: RunState, path: string): void {
  for (const waiting of state.behind.get(path) ?? []) {
    const step = state.steps.get(waiting);
    if (step?.status === "queued") makeReady(state, step);
  }
  state.behind.delete(path);
}

import type { Payload } from "../base/payload.ts";
import { compiled } from "../plan/block.ts";
import type { Block } from "../plan/plan.ts";
import { stepPath } from "./paths.ts";
import { keep } from "./references.ts";
import type { RunState, Scope, StepState } from "./state.ts";

export interface Opening {
  readonly path: string;
  readonly block: Block;
  readonly given: ReadonlyMap<number, Payload>;
  /** Steps that were settled under an earlier plan, by id: they need nothing and stay as they are. */
  readonly settled: ReadonlyMap<string, StepState>;
}

/** Opens a block: steps without needs are queued. */
export function openScope(state: RunState, opening: Opening): void {
  const { block, path } = opening;
  const { needs } = compiled(block);
  const scope: Scope = {
    path,
    block,
    paths: new Array<string | undefined>(block.steps.length),
    needs: needs.map((each) => each.length),
    given: opening.given,
    left: block.steps.length,
    closed: false,
    failing: null,
  };
  state.scopes.set(path, scope);
  for (const [index, step] of block.steps.entries()) {
    const before = opening.settled.get(step.id);
    if (before !== undefined) adopt(state, scope, index, before);
  }
  for (const [index] of block.steps.entries()) {
    if (scope.needs[index] === 0 && scope.paths[index] === undefined) queueStep(state, scope, index);
  }
}

/** A settled step keeps its output; what is read of it is what the new block reads. */
function adopt(state: RunState, scope: Scope, index: number, before: StepState): void {
  scope.paths[index] = before.path;
  scope.left -= 1;
  const kept = before.output === null || before.output.isErased ? before.kept : keep(scope, index, before.output);
  state.steps.set(before.path, { ...before, index, kept });
  for (const dependent of compiled(scope.block).dependents[index] ?? []) {
    scope.needs[dependent] = (scope.needs[dependent] ?? 0) - 1;
  }
}

/** A step whose needs are met may be entered. */
export function queueStep(state: RunState, scope: Scope, index: number): void {
  const step = scope.block.steps[index];
  if (step === undefined) return;
  const visit = (state.visits.get(step.id) ?? 0) + 1;
  if (scope.path === "") state.visits.set(step.id, visit);
  const path = stepPath(scope.path, step.id, scope.path === "" ? visit : 1);
  scope.paths[index] = path;
  state.steps.set(path, {
    path,
    scope: scope.path,
    index,
    status: "ready",
    attempts: 0,
    retries: 0,
    interruptions: 0,
    rounds: 0,
    counted: false,
    toolCall: null,
    key: null,
    grant: null,
    grantUses: 0,
    output: null,
    kept: null,
    reason: null,
  });
  state.ready.push(path);
}

/** After a step is settled, the steps that waited for it; a failed step with a stand-in releases only that. */
export function release(state: RunState, scope: Scope, index: number): void {
  for (const dependent of releasedBy(state, scope, index)) {
    const left = (scope.needs[dependent] ?? 0) - 1;
    scope.needs[dependent] = left;
    if (left === 0 && scope.paths[dependent] === undefined) queueStep(state, scope, dependent);
  }
}

function releasedBy(state: RunState, scope: Scope, index: number): readonly number[] {
  const { dependents, fallback } = compiled(scope.block);
  const stand = fallback[index] ?? -1;
  const failed = statusAt(state, scope, index) === "failed";
  if (failed && stand !== -1) return [stand];
  const own = dependents[index] ?? [];
  const subject = subjectOf(scope, index);
  if (subject === -1 || statusAt(state, scope, subject) !== "failed") return own;
  return [...own, ...(dependents[subject] ?? []).filter((each) => each !== index), ...above(state, scope, subject)];
}

/** The dependents of the steps that a chain of stand-ins stands for. */
function above(state: RunState, scope: Scope, index: number): readonly number[] {
  const subject = subjectOf(scope, index);
  if (subject === -1 || statusAt(state, scope, subject) !== "failed") return [];
  const { dependents } = compiled(scope.block);
  return [...(dependents[subject] ?? []).filter((each) => each !== index), ...above(state, scope, subject)];
}

/** The position of the step that one stands in for; -1 for none. */
export function subjectOf(scope: Scope, index: number): number {
  const subject = scope.block.steps[index]?.fallbackFor ?? null;
  return subject === null ? -1 : (compiled(scope.block).at.get(subject) ?? -1);
}

function statusAt(state: RunState, scope: Scope, index: number): StepState["status"] | undefined {
  const path = scope.paths[index];
  return path === undefined ? undefined : state.steps.get(path)?.status;
}

/** Whether another step stands in for this one when it fails. */
export function hasStandIn({ block }: Scope, index: number): boolean {
  return compiled(block).fallback[index] !== -1;
}

/** Whether a need is met: the step succeeded, was skipped by its own condition, or its stand-in did. */
export function isMet(state: RunState, scope: Scope, index: number): boolean {
  const path = scope.paths[index];
  const step = path === undefined ? undefined : state.steps.get(path);
  if (step === undefined) return false;
  if (step.status === "succeeded") return true;
  if (step.status === "skipped") return step.reason?.code === "condition_false" || step.reason?.code === "not_needed";
  return step.status === "failed" && isStoodIn(state, scope, index);
}

/** Whether a stand-in did what a failed step did not, or one that stands in for it. */
function isStoodIn(state: RunState, scope: Scope, index: number): boolean {
  const stand = compiled(scope.block).fallback[index] ?? -1;
  const status = stand === -1 ? undefined : statusAt(state, scope, stand);
  return status === "succeeded" || (status === "failed" && isStoodIn(state, scope, stand));
}

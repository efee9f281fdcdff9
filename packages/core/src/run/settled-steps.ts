import type { Step } from "../plan/plan.ts";
import type { Scope, StepState } from "./state.ts";

/**
 * The steps of a block that a replan goes on from, by id. A gate is none of them: what a person granted holds for the
 * plan it was asked about.
 */
export function settledSteps(
  scope: Scope | undefined,
  steps: ReadonlyMap<string, StepState>,
): ReadonlyMap<string, Step> {
  const settled = new Map<string, Step>();
  for (const path of scope?.paths ?? []) {
    const at = path === undefined ? undefined : steps.get(path);
    const step = at === undefined ? undefined : scope?.block.steps[at.index];
    if (at?.status === "succeeded" && step !== undefined && step.kind !== "gate") settled.set(step.id, step);
  }
  return settled;
}

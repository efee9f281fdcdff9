import type { Step } from "../plan/plan.ts";
import { compiled } from "../plan/block.ts";
import type { RunState, Scope, StepState } from "./state.ts";

export const ROOT = "";
export const UNDO = "undo";
/** Stands for the whole plan where a plan itself needs approval. */
export const WHOLE_PLAN = "*";

/** `fix`, `build#2`, `undo/u1`: scope, id, and the visit from the second on. */
export function stepPath(scope: string, id: string, visit: number): string {
  const name = visit > 1 ? `${id}#${visit}` : id;
  return scope === ROOT ? name : `${scope}/${name}`;
}

/** The step a path names, with its scope and place; null when it is over or never was. */
export function located(
  state: RunState,
  path: string,
): { readonly step: Step; readonly scope: Scope; readonly at: StepState } | null {
  const at = state.steps.get(path);
  const scope = at === undefined ? undefined : state.scopes.get(at.scope);
  const step = at === undefined ? undefined : scope?.block.steps[at.index];
  return at === undefined || scope === undefined || step === undefined ? null : { step, scope, at };
}

/** The state of a step by its id within a scope; undefined while it has not been queued. */
export function byId(state: RunState, scope: Scope, id: string): StepState | undefined {
  const index = compiled(scope.block).at.get(id);
  const path = index === undefined ? undefined : scope.paths[index];
  return path === undefined ? undefined : state.steps.get(path);
}

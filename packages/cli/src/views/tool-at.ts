import type { RunState } from "@writ/core";

/** The tool a step calls; empty for a step without one, or of a plan that is gone. */
export function toolAt(state: RunState, path: string): string {
  const at = state.steps.get(path);
  const step = at === undefined ? undefined : state.scopes.get(at.scope)?.block.steps[at.index];
  return step?.kind === "tool" ? step.tool : "";
}

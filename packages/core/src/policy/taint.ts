import type { Plan, ToolStep } from "../plan/plan.ts";
import { INPUTS } from "../plan/plan.ts";

/** Whether what a step would send or write was not written by the person who started the run: the plan came from a model, or another tool's output flows in. */
export function isTainted(plan: Plan, step: ToolStep): boolean {
  if (plan.document.planner?.kind === "model") return true;
  return step.args.bindings.some((binding) => binding.from !== INPUTS);
}

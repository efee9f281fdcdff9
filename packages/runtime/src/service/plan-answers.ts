import {
  authorize,
  epochMs,
  isTainted,
  stricterMode,
  type Authorization,
  type Plan,
  type Policy,
  type PolicyMode,
  type ToolRules,
  type ToolStep,
} from "@writ/core";

/** What policy's answers to a plan depend on, besides the plan. */
export interface PlanSetting {
  readonly tools: ToolRules;
  readonly policy: Policy;
  readonly mode: PolicyMode;
  readonly hasModel: boolean;
  /** Epoch, in milliseconds. */
  readonly at: number;
}

/** What policy answers to a call that a plan contains, as far as its arguments are known. */
export function answerTo(plan: Plan, step: ToolStep, { tools, policy, mode, at }: PlanSetting): Authorization {
  return authorize(policy, {
    spec: tools.get(step.tool)?.spec ?? null,
    tool: step.tool,
    args: step.args.params,
    mode: stricterMode(mode, plan.document.policy_mode ?? mode),
    gates: step.gates,
    tainted: isTainted(plan, step),
    at: epochMs(at),
  });
}

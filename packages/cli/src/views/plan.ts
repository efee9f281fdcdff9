import {
  authorize,
  epochMs,
  isTainted,
  millicentsOf,
  needsOf,
  stricterMode,
  type Plan,
  type Policy,
  type PolicyMode,
  type Authorization,
  type Step,
  type ToolRules,
  type ToolStep,
} from "@writ/core";
import type { PlanStepView, PlanView, RunHeadView } from "../terminal/view.ts";
import type { Config } from "@writ/runtime";

export interface PlanSetting {
  readonly tools: ToolRules;
  readonly policy: Policy;
  readonly mode: PolicyMode;
  readonly hasModel: boolean;
  readonly at: number;
}

/** What policy will answer at each step, as far as it can be known before anything ran. */
export function planSteps(plan: Plan, setting: PlanSetting): readonly PlanStepView[] {
  return plan.block.steps.map((step) => stepView(plan, step, setting));
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

function stepView(plan: Plan, step: Step, setting: PlanSetting): PlanStepView {
  const { tools, hasModel } = setting;
  const base = { name: step.id, needs: [...new Set(needsOf(step))] };
  if (step.kind !== "tool") {
    return { ...base, tool: step.kind, reach: null, answer: step.kind === "gate" ? "asks" : "runs", note: null };
  }
  const spec = tools.get(step.tool)?.spec ?? null;
  const { effect, rules } = answerTo(plan, step, setting);
  const lifted = effect === "permit" && !(rules[0] ?? "").startsWith("policy.");
  const model = step.tool === "llm.generate" ? (hasModel ? "model" : "no model") : null;
  return {
    ...base,
    tool: step.tool,
    reach: spec?.tier ?? "destructive",
    answer: effect === "gate" ? "asks" : effect === "forbid" ? "refused" : "runs",
    note: lifted ? `rule ${rules.join(", ")}` : model,
  };
}

export function planView(plan: Plan, setting: PlanSetting, config: Config, runWith: string): PlanView {
  const tools = plan.block.steps.filter((step) => step.kind === "tool");
  const tokens = tools.reduce((sum, step) => sum + (setting.tools.get(step.tool)?.spec.traits.tokens ?? 0), 0);
  const { limits } = config;
  return {
    plan: plan.id,
    steps: planSteps(plan, setting),
    policyMode: setting.mode,
    estimate: {
      toolCalls: tools.length,
      tokens: plan.document.token_estimate ?? tokens,
      costMillicents: millicentsOf(plan.document.cost_estimate_cents ?? 0),
      workMs: tools.length * 1_000,
    },
    limits: {
      steps: limits.steps,
      tokens: limits.tokens,
      costMillicents: limits.cost_millicents,
      wallMs: limits.wall_clock_ms,
      source: "your budget",
    },
    runWith,
  };
}

export function runHead(plan: Plan, setting: PlanSetting, goal: string | null, verifiedMs: number | null): RunHeadView {
  return {
    goal,
    steps: planSteps(plan, setting).map(({ name, needs, answer }) => ({ name, needs, gated: answer === "asks" })),
    verifiedMs,
    planHash: plan.hash,
  };
}

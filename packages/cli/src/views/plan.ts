import { millicentsOf, needsOf, type Plan, type Step } from "@writ/core";
import { answerTo, type PlanSetting, type RunDesk } from "@writ/runtime";
import type { PlanStepView, PlanView, RunHeadView } from "../terminal/view.ts";

/** What policy will answer at each step, as far as it can be known before anything ran. */
export function planSteps(plan: Plan, setting: PlanSetting): readonly PlanStepView[] {
  return plan.block.steps.map((step) => stepView(plan, step, setting));
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

export function planView(plan: Plan, setting: PlanSetting, { limits }: RunDesk["config"], runWith: string): PlanView {
  const tools = plan.block.steps.filter((step) => step.kind === "tool");
  const tokens = tools.reduce((sum, step) => sum + (setting.tools.get(step.tool)?.spec.traits.tokens ?? 0), 0);
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

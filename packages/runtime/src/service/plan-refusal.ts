import { OrchestratorError, type Finding, type Plan, type Problem, type ToolRules } from "@writ/core";

type RefusalCode = "plan_refused" | "policy_relaxation" | "budget_exceeded" | "policy_denied" | "tool_unknown";

/** Why a plan that cannot be read is not run. */
export function malformedPlan(problems: readonly Problem[]): OrchestratorError {
  return refusal("plan_refused", problems);
}

/** Why a plan that was read and verified is not run: the same answer at every door, whether it would run or only look. */
export function refusedPlan(findings: readonly Finding[], plan: Plan, tools: ToolRules): OrchestratorError {
  const unknown = new Set(plan.block.steps.flatMap((step) => (isUnknown(step, tools) ? [step.id] : [])));
  const errors = findings.filter((each) => each.severity === "error");
  const isAllUnknown = errors.every(({ code, place }) => code === "tool_not_allowed" && unknown.has(place?.step ?? ""));
  return refusal(isAllUnknown ? "tool_unknown" : refusalCode(errors), findings);
}

/** A tool that is not there is a mistake of whoever planned; one that is there and not allowed is policy's word. */
function isUnknown(step: Plan["block"]["steps"][number], tools: ToolRules): boolean {
  return step.kind === "tool" && !tools.has(step.tool);
}

/** The code a refusal deserves: what policy forbids is refused, what is wrong is invalid. */
export function refusalCode(findings: readonly { readonly code: string }[]): RefusalCode {
  const codes = new Set(findings.map((each) => each.code));
  const invalid = [
    "plan_malformed",
    "expression_malformed",
    "plan_cycle",
    "reference_dangling",
    "type_mismatch",
    "argument_not_allowed",
  ] as const;
  if (invalid.some((code) => codes.has(code))) return "plan_refused";
  if (codes.has("policy_relaxation")) return "policy_relaxation";
  if (codes.has("budget_exceeded")) return "budget_exceeded";
  const denied = [
    "tool_not_allowed",
    "outbound_refused",
    "policy_denied",
    "safety_mode_exceeded",
    "gate_bypass",
    "policy_conflict",
    "policy_eval_error",
  ] as const;
  return denied.some((code) => codes.has(code)) ? "policy_denied" : "plan_refused";
}

function refusal(code: RefusalCode, problems: readonly Problem[]): OrchestratorError {
  const count = problems.length === 1 ? "1 finding" : `${problems.length} findings`;
  return new OrchestratorError(code, `the plan has ${count} and nothing ran; mend the plan and try again`, {
    problems,
  });
}

import { isJsonArray, isJsonObject, OrchestratorError, type Json, type Problem, type RunState } from "@writ/core";

/** Why a run has no plan, with every finding. */
export function planFailure(state: RunState): OrchestratorError {
  const problems = problemsOf(state.planning.findings?.isErased === false ? state.planning.findings.json() : null);
  const [first] = problems;
  const codes = new Set(problems.map((problem) => problem.code));
  if (codes.has("no_planner") || codes.has("model_required")) {
    return new OrchestratorError("no_planner", first?.message ?? "nobody can plan this goal", {
      problems: problems.slice(1),
    });
  }
  const refused = ["tool_not_allowed", "outbound_refused", "policy_denied", "safety_mode_exceeded"].some((code) =>
    codes.has(code),
  );
  const code = codes.has("budget_exceeded")
    ? "budget_exceeded"
    : codes.has("policy_relaxation")
      ? "policy_relaxation"
      : refused
        ? "policy_denied"
        : "plan_refused";
  return new OrchestratorError(code, `the plan was refused and nothing ran; see it with: writ show ${state.run}`, {
    problems,
  });
}

function problemsOf(value: Json): readonly Problem[] {
  if (!isJsonArray(value)) return [];
  return value.flatMap((item): readonly Problem[] => {
    if (!isJsonObject(item)) return [];
    const { code, message, step, field, remedy } = item;
    if (typeof code !== "string" || typeof message !== "string") return [];
    const place = { ...(typeof step === "string" ? { step } : {}), ...(typeof field === "string" ? { field } : {}) };
    return [{ code, message, place, ...(typeof remedy === "string" ? { remedy } : {}) }];
  });
}

import { isJsonArray, isJsonObject, OrchestratorError, type Json, type Problem, type RunState } from "@writ/core";

import { refusalCode } from "./plan-refusal.ts";

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
  const message = `the plan was refused and nothing ran; see it with: writ show ${state.run}`;
  return new OrchestratorError(refusalCode(problems), message, { problems });
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

import { runStatus, type RunState } from "@writ/core";
import type { ExitCode } from "./command-module.ts";

/** What a run's state says to the shell. */
export function exitOfRun(state: RunState): ExitCode {
  switch (runStatus(state)) {
    case "completed":
      return 0;
    case "planned":
    case "in_progress":
    case "awaiting_gate":
    case "paused":
    case "in_doubt":
      return 3;
    case "failed":
      return isInvalid(state) ? 2 : isRefused(state) ? 4 : 1;
    default:
      return 1;
  }
}

/** Nothing ran, and the goal or the plan is why. */
function isInvalid(state: RunState): boolean {
  return (
    state.tally.started === 0 &&
    (state.closing?.reason?.code === "plan_refused" || state.closing?.reason?.code === "replan_budget_exhausted") &&
    !isRefused(state)
  );
}

/** Nothing ran, and policy or budget is why. */
function isRefused(state: RunState): boolean {
  if (state.tally.started > 0 || state.closing?.reason?.code === undefined) return false;
  const codes = refusalCodes(state);
  return [
    "tool_not_allowed",
    "outbound_refused",
    "policy_denied",
    "policy_relaxation",
    "budget_exceeded",
    "safety_mode_exceeded",
  ].some((code) => codes.includes(code));
}

function refusalCodes(state: RunState): readonly string[] {
  const findings = state.planning.findings;
  if (findings === null || findings.isErased) return [];
  const value = findings.json();
  return Array.isArray(value)
    ? value.flatMap((item: unknown) =>
        typeof item === "object" && item !== null && "code" in item && typeof item.code === "string" ? [item.code] : [],
      )
    : [];
}

import { ERRORS, runStatus, type RunState } from "@writ/core";
import { planFailure } from "@writ/runtime";
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
      return isRefused(state) ? ERRORS[planFailure(state).code].exit : 1;
    default:
      return 1;
  }
}

/** Whether no step ever began because no plan was accepted. */
function isRefused({ tally, closing }: RunState): boolean {
  const code = closing?.reason?.code;
  return tally.started === 0 && (code === "plan_refused" || code === "replan_budget_exhausted");
}

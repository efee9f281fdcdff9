import { nextCommands, runStatus, type ApprovalView, type RunState } from "@writ/core";
import { codeWords } from "@writ/core/text/reason-words";
import type { RunEndView } from "../terminal/view.ts";
import type { NameOf } from "./name-of.ts";

const SENTENCES: Readonly<Record<string, string>> = {
  loop_detected: "stopped for going in circles: the same call gave the same answer again and again",
  plan_refused: "the plan was refused; nothing ran",
  replan_budget_exhausted: "no plan held, and no further attempt is allowed",
  check_failed: "a check of the plan did not hold",
  approval_expired: "nobody answered in time; nothing was done",
  operator_cancelled: "cancelled; what was open was stopped",
  budget_exhausted: "the budget is used up; extending it is recorded with your name and reason",
  effect_outcome_unknown: "something was sent and no answer came; look whether it happened, then say so",
  escalated: "a step could not be completed and waits for your word",
  operator_paused: "paused by you; nothing new starts",
  deadline: "its deadline has passed; nothing new starts",
};

/** How a run came to rest, and what can be done next. */
export function runEnd(state: RunState, approvals: readonly ApprovalView[], wrote: number, nameOf: NameOf): RunEndView {
  const status = runStatus(state);
  const next = nextCommands(state, approvals);
  switch (status) {
    case "completed":
      return {
        kind: "completed",
        workedMs: state.tally.worked,
        waitedMs: state.tally.waited,
        clauses: wrote > 0 ? ["then the receipt"] : [],
      };
    case "rejected": {
      const denied = approvals.find((each) => each.status === "denied");
      if (denied === undefined) return other(state, next);
      return {
        kind: "rejected",
        step: denied.step,
        by: denied.decided_by === null ? "somebody" : nameOf(denied.decided_by),
        reason: denied.reason ?? "",
        clauses: [
          // What was done before it may stay, or may have been taken back.
          state.tally.effects.length === 0 ? "nothing was changed" : `${denied.step} was not done`,
          `writ show ${state.run}`,
        ],
      };
    }
    case "awaiting_gate": {
      const waiting = approvals.find((each) => each.status === "waiting");
      if (waiting === undefined) return other(state, next);
      return {
        kind: "waiting",
        step: waiting.step,
        until: waiting.expires_at_ms,
        next: `writ approvals show ${waiting.approval_id}`,
      };
    }
    default:
      return other(state, next);
  }
}

function other(state: RunState, next: readonly string[]): RunEndView {
  const status = runStatus(state);
  const reason = state.status === "ended" ? state.closing?.reason : (state.hold ?? null);
  const code = reason?.code ?? (state.doubts > 0 ? "effect_outcome_unknown" : state.reviews > 0 ? "escalated" : null);
  const step = reason?.step ?? firstOf(state);
  const sentence = code === null ? status.replaceAll("_", " ") : (SENTENCES[code] ?? codeWords(code));
  return {
    kind: "other",
    state: status,
    sentence: step === null ? sentence : `${step}: ${sentence}`,
    next: next[0] ?? null,
  };
}

function firstOf(state: RunState): string | null {
  for (const step of state.steps.values()) if (step.status === "review" || step.status === "in_doubt") return step.path;
  return null;
}

import type { Reason, ReasonCode } from "../run/reason.ts";

/** Reasons a person can act on, in words; any other is its code with blanks. */
const WORDS: Partial<Record<ReasonCode, string>> = {
  loop_detected: "going in circles: the same call gave the same answer again and again",
  budget_exhausted: "the budget is used up",
  retry_budget_exhausted: "no retry is left",
  replan_budget_exhausted: "no further plan is allowed",
  fatal_error: "it failed for good",
  tool_failed: "the tool failed",
  step_timeout: "it took too long",
  schema_mismatch: "the answer is not what the tool promised",
  policy_denied: "policy says no",
  evidence_drift: "what it rests on kept moving",
  approval_denied: "denied",
  approval_expired: "nobody answered in time",
  gate_failed: "what a person was to approve could not be worked out",
  effect_outcome_unknown: "sent, and no answer came",
  interrupted: "Writ stopped before an answer came",
  operator_paused: "paused by a person",
  operator_cancelled: "cancelled by a person",
  missing_evidence: "evidence it requires was not found",
  stopped: "stopped, because the run was ending",
  operator_skipped: "skipped by a person",
  planned: "planned, not begun",
  deadline: "the deadline has passed",
  session_expired: "its time is over",
  dependency_failed: "a step before it failed",
  condition_false: "its condition does not hold",
  not_needed: "not needed",
  run_closing: "the run ends",
  ledger_replay: "answered from an equal call before",
};

/** Why something is as it is, in one clause. */
export function reasonWords({ code, step, detail }: Reason): string {
  const words = WORDS[code] ?? code.replaceAll("_", " ");
  const about = detail === undefined || detail === code ? "" : ` (${detail.replaceAll("_", " ")})`;
  return step === undefined ? `${words}${about}` : `${step}: ${words}${about}`;
}

/** A reason of which a list knows the code alone. */
export function codeWords(code: string): string {
  const known = Object.entries(WORDS).find(([name]) => name === code);
  return known?.[1] ?? code.replaceAll("_", " ");
}

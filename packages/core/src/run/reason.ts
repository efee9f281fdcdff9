import type { LoopTrip } from "../budget/loop-guard.ts";

/** Why something went the way it did: a code from the tables, and what it is about. Never free text. */
export interface Reason {
  readonly code: ReasonCode;
  readonly step?: string;
  /** The budget dimension, the field that moved, the finding, the failure kind. */
  readonly detail?: string;
  readonly trip?: LoopTrip;
}

/** Every reason a fact can carry. */
export type ReasonCode =
  | "loop_detected"
  | "budget_exhausted"
  | "policy_denied"
  | "retry_budget_exhausted"
  | "replan_budget_exhausted"
  | "unexpected_evidence"
  | "evidence_stale"
  | "evidence_drift"
  | "schema_mismatch"
  | "tool_failed"
  | "step_timeout"
  | "fatal_error"
  | "undefined_variables"
  | "argument_not_allowed"
  | "predicate_evaluation_failed"
  | "check_failed"
  | "missing_evidence"
  | "condition_false"
  | "dependency_failed"
  | "not_needed"
  | "ledger_replay"
  | "value_too_large"
  | "approval_denied"
  | "approval_expired"
  | "approval_void"
  | "gate_failed"
  | "interrupted"
  | "did_not_happen"
  | "effect_outcome_unknown"
  | "operator_paused"
  | "operator_cancelled"
  | "operator_skipped"
  | "operator_retried"
  | "stopped"
  | "planned"
  | "deadline"
  | "session_expired"
  | "plan_refused"
  | "planner_failed"
  | "escalated"
  | "compensation_failed"
  | "step_failed"
  | "run_closing"
  | "replanned"
  | "idempotency_conflict";

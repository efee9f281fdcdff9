import { isJsonArray, isJsonObject, type Json } from "../base/json.ts";
import type { LoopTrip } from "../budget/loop-guard.ts";
import { reaches, type ApprovalMode } from "../tool/approval-mode.ts";
import { isRetryable, type FailureKind } from "../tool/failure.ts";

/** Scores in [0, 1], higher is better; all of them come from pure evaluators. */
export interface Scores {
  readonly policy: number;
  readonly safety: number;
  readonly utility: number;
  readonly latency: number;
  readonly economics: number;
}

/** The versions a verdict can be derived from again. */
export const EVALUATORS = {
  policy: "1.0.0",
  safety: "1.0.0",
  utility: "1.0.0",
  latency: "1.0.0",
  economics: "1.0.0",
} as const;
export const CRITIC_VERSION = "1.0.0";

export const UTILITY_THRESHOLD = 0.7;
const POLICY_FLOOR = 1;

/** Below it a step is never accepted, whatever else it scores. */
export function safetyFloor(tier: ApprovalMode): number {
  return reaches(tier, "delegated") ? 1 : 0.9;
}

/** What one attempt showed. */
export interface Observation {
  readonly tier: ApprovalMode;
  readonly failure: FailureKind | null;
  /** Why the output is not what was promised; null when it is. */
  readonly unexpected: "schema_mismatch" | "unexpected_evidence" | null;
  readonly trip: LoopTrip | null;
  readonly isBudgetSpent: boolean;
  readonly retriesLeft: boolean;
  /** Whether sending the call again is safe. */
  readonly repeatable: boolean;
  readonly scores: Scores;
}

export interface Judgement {
  readonly verdict: "accept" | "retry" | "replan" | "escalate";
  readonly code: VerdictCode | null;
}

export type VerdictCode =
  | "loop_detected"
  | "budget_exhausted"
  | "policy_denied"
  | "retry_budget_exhausted"
  | "unexpected_evidence"
  | "schema_mismatch"
  | "evidence_stale"
  | "idempotency_conflict"
  | "step_timeout"
  | "tool_failed"
  | "stopped"
  | "fatal_error";

/** The verdict on one attempt; the first rule that matches wins. @see decision-plane §3.6 */
export function judge(seen: Observation): Judgement {
  if (seen.trip !== null) return { verdict: "escalate", code: "loop_detected" };
  if (seen.isBudgetSpent) return { verdict: "escalate", code: "budget_exhausted" };
  if (isBelowFloor(seen))
    return { verdict: reaches(seen.tier, "network") ? "escalate" : "replan", code: "policy_denied" };
  if (seen.failure !== null) return judgeFailure(seen, seen.failure);
  if (seen.unexpected !== null) return { verdict: "replan", code: seen.unexpected };
  if (seen.scores.utility < UTILITY_THRESHOLD) return { verdict: "replan", code: "unexpected_evidence" };
  return { verdict: "accept", code: null };
}

function isBelowFloor({ scores, tier }: Observation): boolean {
  return scores.policy < POLICY_FLOOR || scores.safety < safetyFloor(tier);
}

/** @see decision-plane §3.5 */
function judgeFailure(seen: Observation, failure: FailureKind): Judgement {
  if (isRetryable(failure) && seen.repeatable) {
    if (seen.retriesLeft)
      return { verdict: "retry", code: failure === "transient_timeout" ? "step_timeout" : "tool_failed" };
    return { verdict: failure === "transient_timeout" ? "escalate" : "replan", code: "retry_budget_exhausted" };
  }
  switch (failure) {
    case "evidence_stale":
      return { verdict: "replan", code: "evidence_stale" };
    case "schema_mismatch":
      return { verdict: "replan", code: "schema_mismatch" };
    case "idempotency_conflict":
      return { verdict: "escalate", code: "idempotency_conflict" };
    case "policy_denied":
      return { verdict: "escalate", code: "policy_denied" };
    case "server_error_5xx":
    case "rate_limited":
      return { verdict: "replan", code: "tool_failed" };
    case "cancelled":
      return { verdict: "escalate", code: "stopped" };
    default:
      return { verdict: "escalate", code: "fatal_error" };
  }
}

/** Whether an output says nothing although the call claims success. */
export function isJunk(output: Json): boolean {
  if (output === null || output === "") return true;
  if (isJsonArray(output)) return output.length === 0;
  return isJsonObject(output) && Object.keys(output).length === 0;
}

/** A score as it stands in a fact: no exponent, no trailing zero, four decimals at most. */
export function scoreText(score: number): string {
  const clipped = Math.min(1, Math.max(0, score));
  return String(Math.round(clipped * 10_000) / 10_000);
}

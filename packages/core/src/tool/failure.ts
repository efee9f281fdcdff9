/** How a tool failed, and so what may be done about it. */
export const FAILURE_KINDS = [
  "transient_timeout",
  "server_error_5xx",
  "rate_limited",
  "idempotency_conflict",
  "evidence_stale",
  "policy_denied",
  "schema_mismatch",
  "auth_expired",
  "cancelled",
  "unknown",
] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number];

/** Failures after which sending the same call again can help. */
export function isRetryable(kind: FailureKind): boolean {
  return kind === "transient_timeout" || kind === "server_error_5xx" || kind === "rate_limited";
}

/** Whether a failed call had its effect all the same: `no` where the tool, or who was to send it, says so. */
export type FailedEffect = "no" | "unknown";

/** What a kind says by itself: a refusal names its reason before anything is done, all else may come after it. */
export function effectOf(kind: FailureKind): FailedEffect {
  switch (kind) {
    case "rate_limited":
    case "idempotency_conflict":
    case "evidence_stale":
    case "policy_denied":
    case "schema_mismatch":
    case "auth_expired":
      return "no";
    case "transient_timeout":
    case "server_error_5xx":
    case "cancelled":
    case "unknown":
      return "unknown";
  }
}

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

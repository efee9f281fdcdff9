import { ERRORS, InvariantError, OrchestratorError, type ErrorCode, type JsonObject } from "@writ/core";
import type { ProblemDocument } from "../contract/problem.ts";

/** What leads on from an error, as requests; of an error that is not here, its own page does. */
const NEXT: Partial<Record<ErrorCode, readonly string[]>> = {
  token_missing: ["writ token create --role viewer"],
  token_invalid: ["writ token create --role viewer"],
  role_insufficient: ["GET /me"],
  csrf_missing: ["GET /me"],
  run_not_found: ["GET /tasks"],
  run_ended: ["GET /tasks"],
  run_busy: ["GET /tasks"],
  nothing_to_answer: ["GET /tasks"],
  approval_not_found: ["GET /approvals"],
  approval_already_decided: ["GET /approvals"],
  approval_expired: ["GET /approvals"],
  approval_void: ["GET /approvals?state=waiting"],
  evidence_drift: ["GET /approvals?state=waiting"],
  tool_not_found: ["GET /tools"],
  no_planner: ["GET /me"],
  policy_relaxation: ["GET /policy"],
  policy_denied: ["GET /policy"],
  cursor_malformed: ["GET /tasks"],
  entry_not_found: ["GET /audit/checkpoint"],
};

/** Codes whose sentences may hold a path of the machine: the caller is told the code alone. */
const KEPT_BACK: ReadonlySet<number> = new Set([500, 507]);

/** An error as the caller sees it; `internal` for a fault of ours, of which nothing is told. */
export function problemOf(error: unknown, instance: string): ProblemDocument {
  if (!(error instanceof OrchestratorError) || error instanceof InvariantError) return unnamed(instance);
  const { code, message, details, problems } = error;
  const { status, retryable } = ERRORS[code];
  const isOurs = KEPT_BACK.has(status);
  return {
    type: `/errors/${code}`,
    title: titleOf(code),
    status,
    detail: isOurs ? `the workspace cannot do this now; whoever runs the server finds the reason in its log` : message,
    instance,
    code,
    retryable,
    next: [...(NEXT[code] ?? []), `GET /errors/${code}`],
    details: isOurs ? {} : details,
    problems: isOurs ? [] : [...problems],
  };
}

/** What is said of a problem beside its body: when to ask again, what is allowed, how to say who one is. */
export function problemHeaders({ status, details }: ProblemDocument): Readonly<Record<string, string>> {
  const { retry_after_s: wait, allow } = details;
  return {
    "cache-control": "no-store",
    "content-type": "application/problem+json",
    ...(wait === undefined ? {} : { "retry-after": String(wait) }),
    ...(allow === undefined ? {} : { allow: String(allow) }),
    ...(status === 401 ? { "www-authenticate": 'Bearer realm="writ"' } : {}),
  };
}

function unnamed(instance: string): ProblemDocument {
  return {
    type: "/errors/internal",
    title: titleOf("internal"),
    status: 500,
    detail: "something went wrong on our side; nothing was done twice, so it may be tried again",
    instance,
    code: "internal",
    retryable: true,
    next: ["GET /errors/internal"],
    details: {},
    problems: [],
  };
}

function titleOf(code: string): string {
  const words = code.replaceAll("_", " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** What is known of a fault, for the log alone. */
export function faultOf(requestId: string, error: unknown): JsonObject {
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { request_id: requestId, error: told };
}

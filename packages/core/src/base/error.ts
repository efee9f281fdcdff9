/**
 * Every error a caller can meet, in one table: the process's exit status, what
 * HTTP says, and whether trying again can help. Each code has a page,
 * `docs/errors/<code>.md`.
 */
export const ERRORS = {
  json_utf8: { exit: 2, status: 400, retryable: false },
  json_syntax: { exit: 2, status: 400, retryable: false },
  json_duplicate_key: { exit: 2, status: 400, retryable: false },
  json_key: { exit: 2, status: 400, retryable: false },
  json_surrogate: { exit: 2, status: 400, retryable: false },
  json_number: { exit: 2, status: 400, retryable: false },
  json_depth: { exit: 2, status: 400, retryable: false },
  json_size: { exit: 2, status: 413, retryable: false },
  json_type: { exit: 2, status: 400, retryable: false },
  json_not_canonical: { exit: 2, status: 400, retryable: false },
  malformed_id: { exit: 2, status: 400, retryable: false },
  path_escape: { exit: 2, status: 400, retryable: false },
  path_closed: { exit: 4, status: 403, retryable: false },
  file_not_found: { exit: 2, status: 404, retryable: false },
  file_not_regular: { exit: 2, status: 400, retryable: false },
  file_too_large: { exit: 2, status: 413, retryable: false },
  file_io: { exit: 1, status: 500, retryable: true },
  evidence_moved: { exit: 1, status: 409, retryable: false },
  workspace_too_large: { exit: 2, status: 413, retryable: false },
  workspace_read_only: { exit: 1, status: 500, retryable: false },
  disk_full: { exit: 1, status: 507, retryable: true },
  sandbox_unavailable: { exit: 4, status: 503, retryable: false },
  patch_malformed: { exit: 2, status: 400, retryable: false },
  patch_does_not_apply: { exit: 1, status: 409, retryable: false },
  patch_too_large: { exit: 2, status: 413, retryable: false },
  patch_out_of_scope: { exit: 4, status: 403, retryable: false },
  replay_input_missing: { exit: 5, status: 409, retryable: false },
  stale_journal: { exit: 1, status: 409, retryable: true },
  approval_already_redeemed: { exit: 1, status: 409, retryable: false },
  idempotency_conflict: { exit: 1, status: 409, retryable: false },
  entry_too_large: { exit: 1, status: 413, retryable: false },
  key_exists: { exit: 2, status: 409, retryable: false },
  key_not_found: { exit: 2, status: 404, retryable: false },
  key_malformed: { exit: 2, status: 500, retryable: false },
  key_permissions: { exit: 4, status: 500, retryable: false },
  key_not_in_force: { exit: 4, status: 500, retryable: false },
  bundle_not_found: { exit: 2, status: 404, retryable: false },
  payload_not_found: { exit: 2, status: 404, retryable: false },
  audit_unavailable: { exit: 1, status: 503, retryable: true },
  log_corrupt: { exit: 5, status: 500, retryable: false },
  log_rolled_back: { exit: 5, status: 500, retryable: false },
  log_forked: { exit: 5, status: 500, retryable: false },
  views_differ: { exit: 5, status: 500, retryable: false },
  log_ended: { exit: 4, status: 409, retryable: false },
  database_corrupt: { exit: 5, status: 500, retryable: false },
  database_locked: { exit: 1, status: 503, retryable: true },
  workspace_not_found: { exit: 2, status: 404, retryable: false },
  workspace_exists: { exit: 2, status: 409, retryable: false },
  workspace_foreign: { exit: 4, status: 403, retryable: false },
  workspace_newer: { exit: 2, status: 409, retryable: false },
  workspace_older: { exit: 2, status: 409, retryable: true },
  workspace_owned: { exit: 1, status: 409, retryable: true },
  not_a_workspace: { exit: 2, status: 409, retryable: false },
  owner_gone: { exit: 1, status: 503, retryable: true },
  clock_went_back: { exit: 2, status: 503, retryable: true },
  answer_lost: { exit: 1, status: 503, retryable: false },
  owner_unreachable: { exit: 1, status: 503, retryable: true },
  inbox_folder_untrusted: { exit: 4, status: 500, retryable: false },
  inbox_message_invalid: { exit: 2, status: 400, retryable: false },
  model_unreachable: { exit: 1, status: 502, retryable: true },
  model_timeout: { exit: 1, status: 504, retryable: true },
  model_refused: { exit: 1, status: 502, retryable: false },
  model_answer_invalid: { exit: 1, status: 502, retryable: false },
  model_answer_too_large: { exit: 1, status: 502, retryable: false },
  model_answer_not_recorded: { exit: 1, status: 409, retryable: false },
  model_endpoint_invalid: { exit: 2, status: 400, retryable: false },
  outbound_refused: { exit: 4, status: 403, retryable: false },
  no_planner: { exit: 2, status: 422, retryable: false },
  model_required: { exit: 2, status: 422, retryable: false },
  planner_output_invalid: { exit: 2, status: 422, retryable: false },
  planner_timeout: { exit: 1, status: 504, retryable: true },
  template_input_missing: { exit: 2, status: 422, retryable: false },
  template_input_invalid: { exit: 2, status: 422, retryable: false },
  template_malformed: { exit: 2, status: 422, retryable: false },
  template_shadowed: { exit: 2, status: 409, retryable: false },
  payload_commitment: { exit: 5, status: 500, retryable: false },
  entry_malformed: { exit: 5, status: 500, retryable: false },
  run_not_found: { exit: 2, status: 404, retryable: false },
  rules_unknown: { exit: 2, status: 409, retryable: false },
  approval_not_found: { exit: 2, status: 404, retryable: false },
  approval_already_decided: { exit: 1, status: 409, retryable: false },
  approval_expired: { exit: 1, status: 409, retryable: false },
  approval_void: { exit: 1, status: 409, retryable: false },
  evidence_drift: { exit: 3, status: 409, retryable: false },
  approval_agent_forbidden: { exit: 4, status: 403, retryable: false },
  run_ended: { exit: 1, status: 409, retryable: false },
  run_busy: { exit: 1, status: 409, retryable: true },
  plan_refused: { exit: 2, status: 422, retryable: false },
  policy_relaxation: { exit: 4, status: 403, retryable: false },
  ambiguous_id: { exit: 2, status: 400, retryable: false },
  nothing_to_answer: { exit: 2, status: 409, retryable: false },
  tool_unknown: { exit: 4, status: 422, retryable: false },
  tool_not_found: { exit: 2, status: 404, retryable: false },
  rule_not_found: { exit: 2, status: 404, retryable: false },
  rule_exists: { exit: 2, status: 409, retryable: false },
  code_not_found: { exit: 2, status: 404, retryable: false },
  folder_not_empty: { exit: 2, status: 409, retryable: false },
  step_not_found: { exit: 2, status: 404, retryable: false },
  goal_empty: { exit: 2, status: 400, retryable: false },
  goal_too_long: { exit: 2, status: 413, retryable: false },
  input_malformed: { exit: 2, status: 400, retryable: false },
  budget_exceeded: { exit: 4, status: 422, retryable: false },
  policy_denied: { exit: 4, status: 403, retryable: false },
  config_invalid: { exit: 2, status: 400, retryable: false },
  environment_invalid: { exit: 2, status: 400, retryable: false },
  unknown_command: { exit: 2, status: 400, retryable: false },
  unknown_option: { exit: 2, status: 400, retryable: false },
  usage: { exit: 2, status: 400, retryable: false },
  token_missing: { exit: 4, status: 401, retryable: false },
  token_invalid: { exit: 4, status: 401, retryable: false },
  role_insufficient: { exit: 4, status: 403, retryable: false },
  token_not_found: { exit: 2, status: 404, retryable: false },
  csrf_missing: { exit: 4, status: 403, retryable: false },
  host_unknown: { exit: 4, status: 421, retryable: false },
  origin_foreign: { exit: 4, status: 403, retryable: false },
  route_not_found: { exit: 2, status: 404, retryable: false },
  method_not_allowed: { exit: 2, status: 405, retryable: false },
  body_too_large: { exit: 2, status: 413, retryable: false },
  body_malformed: { exit: 2, status: 400, retryable: false },
  media_type_unsupported: { exit: 2, status: 415, retryable: false },
  not_acceptable: { exit: 2, status: 406, retryable: false },
  request_invalid: { exit: 2, status: 422, retryable: false },
  cursor_malformed: { exit: 2, status: 400, retryable: false },
  rate_limited: { exit: 1, status: 429, retryable: true },
  idempotency_key_malformed: { exit: 2, status: 400, retryable: false },
  idempotency_key_reused: { exit: 2, status: 422, retryable: false },
  idempotency_in_flight: { exit: 1, status: 409, retryable: true },
  streams_exhausted: { exit: 1, status: 429, retryable: true },
  confirmation_missing: { exit: 2, status: 422, retryable: false },
  artifact_changed: { exit: 1, status: 409, retryable: false },
  entry_not_found: { exit: 2, status: 404, retryable: false },
  address_not_loopback: { exit: 4, status: 500, retryable: false },
  port_taken: { exit: 1, status: 500, retryable: true },
  server_unreachable: { exit: 1, status: 502, retryable: true },
  server_insecure: { exit: 4, status: 400, retryable: false },
  token_file_exposed: { exit: 4, status: 500, retryable: false },
  remote_unsupported: { exit: 2, status: 400, retryable: false },
  server_answer_invalid: { exit: 1, status: 502, retryable: false },
  internal: { exit: 1, status: 500, retryable: true },
  delivery_not_found: { exit: 2, status: 404, retryable: false },
  destination_unavailable: { exit: 2, status: 409, retryable: false },
  head_unsigned: { exit: 1, status: 503, retryable: true },
} as const satisfies Record<string, ErrorTraits>;

export interface ErrorTraits {
  readonly exit: 1 | 2 | 3 | 4 | 5;
  readonly status: number;
  readonly retryable: boolean;
}

export type ErrorCode = keyof typeof ERRORS;

/** Where in the input something is wrong; every member that is known. */
export interface Place {
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1, in characters. */
  readonly column?: number;
  readonly step?: string;
  /** A JSON pointer or a field's name. */
  readonly field?: string;
}

/** One objection to an input: all of a document's problems are reported at once. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly place?: Place;
  /** What to do next, in words a command line can print. */
  readonly remedy?: string;
}

/** Something a caller did or met that has a name, a page and a remedy. Its message is one sentence that says what to do next. */
export class OrchestratorError extends Error {
  override readonly name = "OrchestratorError";
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, string | number>>;
  readonly problems: readonly Problem[];

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      readonly details?: Readonly<Record<string, string | number>>;
      readonly problems?: readonly Problem[];
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
    this.problems = options.problems ?? [];
  }
}

/** A bug in Writ. Nobody catches it but the process. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(`${message} ${JSON.stringify(details)}`);
    this.details = details;
  }
}

export function assertNever(value: never): never {
  throw new InvariantError("unexpected variant", { value });
}

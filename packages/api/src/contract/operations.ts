import type { Capability } from "@writ/core";

/** A thing that can be asked of the service: where, who may, and in one line what. */
export interface Operation {
  readonly method: "get" | "post";
  /** As OpenAPI writes it, `/tasks/{id}`. */
  readonly path: string;
  /** `public`: without a token. */
  readonly access: Capability | "public";
  readonly tag: "tasks" | "approvals" | "events" | "governance" | "audit" | "service";
  readonly summary: string;
  /** The status of success. */
  readonly status: 200 | 201 | 202;
  /** What success consists of; JSON with a schema where nothing is said. */
  readonly media?: readonly [string, ...string[]];
  /** Answered anew on each call of somebody who polls: carries an ETag. */
  readonly polled?: true;
}

/** Every operation by its name: routes, document, client, rights and tests are made from this table. */
export const OPERATIONS = {
  create_task: op(
    "post",
    "/tasks",
    "work",
    "tasks",
    "Plans a goal, or takes a plan; nothing runs yet unless begun at once.",
    201,
  ),
  check_task: op("post", "/tasks/check", "work", "tasks", "Plans and verifies as making a task does; writes nothing."),
  list_tasks: polled("/tasks", "read", "tasks", "Tasks, newest first, by state, text, tool and time."),
  get_task: polled("/tasks/{id}", "read", "tasks", "Where a task stands, its steps, what it waits for."),
  run_task: {
    ...op("post", "/tasks/{id}/run", "work", "tasks", "Starts a planned task; its events when asked for them.", 202),
    media: ["application/json", "text/event-stream"],
  },
  pause_task: op("post", "/tasks/{id}/pause", "work", "tasks", "Starts no further step until it is resumed."),
  resume_task: op("post", "/tasks/{id}/resume", "work", "tasks", "Lets a paused task go on."),
  cancel_task: op("post", "/tasks/{id}/cancel", "work", "tasks", "Ends a task; running calls are aborted."),
  extend_task: op("post", "/tasks/{id}/extend", "decide", "tasks", "Gives a task more budget, with a reason."),
  resolve_step: op(
    "post",
    "/tasks/{id}/steps/{step}/resolve",
    "decide",
    "tasks",
    "A person's word on a step that is in doubt or in review.",
  ),
  get_step: polled("/tasks/{id}/steps/{step}", "read", "tasks", "A step's arguments, output, evidence and attempts."),
  get_plan: polled("/tasks/{id}/plan", "read", "tasks", "The plan, and what policy answers to each step."),
  get_journal: op(
    "get",
    "/tasks/{id}/journal",
    "read",
    "tasks",
    "The task's entries byte for byte, with their payloads.",
  ),
  get_task_rules: op("get", "/tasks/{id}/rules", "read", "tasks", "What the task's journal is folded with."),
  list_task_events: {
    ...op("get", "/tasks/{id}/events", "read", "events", "What happened to a task: a stream, or pages as JSON."),
    media: ["text/event-stream", "application/json"],
  },
  list_artifacts: polled("/tasks/{id}/artifacts", "read", "tasks", "Files a task left behind, with their SHA-256."),
  get_artifact: {
    ...op(
      "get",
      "/tasks/{id}/artifacts/{sha256}",
      "read",
      "tasks",
      "The bytes of such a file, while they are the same.",
    ),
    media: ["application/octet-stream"],
  },
  get_record: op("get", "/tasks/{id}/record", "read", "tasks", "The decision record of a task that has ended."),
  get_report: {
    ...op("get", "/tasks/{id}/report", "read", "tasks", "The task for people who were not there."),
    media: ["application/json", "text/markdown"],
  },
  list_checkpoints: op("get", "/tasks/{id}/checkpoints", "read", "tasks", "Checkpoints, held against the journal."),
  replay_task: op("get", "/tasks/{id}/replay", "read", "tasks", "Derives the task again, with no tool and no model."),
  export_task: {
    ...op("get", "/tasks/{id}/export", "prove", "audit", "The evidence bundle as a tar archive."),
    media: ["application/x-tar"],
  },
  list_approvals: polled("/approvals", "read", "approvals", "Requests for a decision, soonest expiry first."),
  get_approval: polled("/approvals/{id}", "read", "approvals", "What would happen, why it asks, whether it moved."),
  approve: op("post", "/approvals/{id}/approve", "decide", "approvals", "Grants exactly this call, once."),
  deny: op("post", "/approvals/{id}/deny", "decide", "approvals", "Refuses it, with a reason; the task ends."),
  ask_again: op("post", "/approvals/{id}/ask-again", "decide", "approvals", "Voids it and asks with what is now."),
  list_tools: polled("/tools", "read", "governance", "Tools by reach, with what policy answers in this mode."),
  get_tool: polled("/tools/{name}", "read", "governance", "All that a tool declares."),
  get_policy: polled("/policy", "read", "governance", "What runs, what asks, what is refused; the lifted gates."),
  test_policy: op("post", "/policy/test", "read", "governance", "What policy answers to a call, and by which rules."),
  get_rules: op("get", "/rules", "read", "governance", "What a task that is made now is planned and judged by."),
  compare_goal: op("post", "/goals/compare", "read", "governance", "How a goal compares with every template."),
  complete_name: op("get", "/names", "read", "service", "Full ids that begin with a prefix."),
  get_checkpoint: {
    ...op("get", "/audit/checkpoint", "read", "audit", "The signed head of the log."),
    media: ["application/json", "text/plain"],
  },
  get_proof: op("get", "/audit/proof", "read", "audit", "Proof that entries stand in the log of the signed head."),
  get_consistency: op("get", "/audit/consistency", "read", "audit", "Proof that the log only grew since a size."),
  list_entries: {
    ...op("get", "/audit/entries", "read", "audit", "The log's entries, byte for byte, one a line."),
    media: ["application/jsonl"],
  },
  list_events: {
    ...op("get", "/events", "read", "events", "What happens in all tasks: a stream, or pages as JSON."),
    media: ["text/event-stream", "application/json"],
  },
  get_health: op("get", "/health", "public", "service", "Whether the process answers."),
  get_ready: op("get", "/ready", "public", "service", "Whether it may be given work."),
  get_metrics: {
    ...op("get", "/metrics", "read", "service", "Figures for Prometheus."),
    media: ["text/plain"],
  },
  get_series: polled("/metrics/series", "read", "service", "The same figures hour by hour."),
  get_openapi: op("get", "/openapi.json", "read", "service", "This document."),
  log_in: op("post", "/login", "public", "service", "Exchanges a one-time code or a token for a cookie."),
  log_out: op("post", "/logout", "read", "service", "Ends a login."),
  get_me: polled("/me", "read", "service", "Who one is here, and what one may do."),
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof OPERATIONS;

function op(
  method: Operation["method"],
  path: string,
  access: Operation["access"],
  tag: Operation["tag"],
  summary: string,
  status: Operation["status"] = 200,
): Operation {
  return { method, path, access, tag, summary, status };
}

function polled(path: string, access: Operation["access"], tag: Operation["tag"], summary: string): Operation {
  return { ...op("get", path, access, tag, summary), polled: true };
}

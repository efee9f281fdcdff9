import type { RunStatus } from "../run/statuses.ts";

/** The four states in which a run is counted for people who know no other. */
export const TASK_STATES = ["pending", "running", "completed", "failed"] as const;

export type TaskState = (typeof TASK_STATES)[number];

/** `pending` is what nothing but a person or a clock can move; `failed` is every end but the one that was asked for. */
export function taskState(status: RunStatus): TaskState {
  switch (status) {
    case "planned":
    case "awaiting_gate":
    case "paused":
    case "in_doubt":
      return "pending";
    case "in_progress":
      return "running";
    case "completed":
      return "completed";
    case "failed":
    case "rejected":
    case "expired":
    case "cancelled":
    case "escalated":
      return "failed";
  }
}

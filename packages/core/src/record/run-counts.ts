import type { RunStatus } from "../run/statuses.ts";

/** How many runs there are in each state. */
export type RunCounts = Readonly<Record<RunStatus, number>>;

export function noRuns(): Record<RunStatus, number> {
  return {
    planned: 0,
    in_progress: 0,
    awaiting_gate: 0,
    paused: 0,
    in_doubt: 0,
    completed: 0,
    failed: 0,
    rejected: 0,
    expired: 0,
    cancelled: 0,
    escalated: 0,
  };
}

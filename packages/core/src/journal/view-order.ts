import type { ApprovalView, RunView } from "./stored-entry.ts";

/** The order of lists of runs: newest first, then by name, last first. */
export function newestFirst(a: RunView, b: RunView): number {
  return b.created_at_ms - a.created_at_ms || (a.run_id < b.run_id ? 1 : -1);
}

/** The order of lists of approvals: soonest expiry first, then by name. */
export function soonestFirst(a: ApprovalView, b: ApprovalView): number {
  return a.expires_at_ms - b.expires_at_ms || (a.approval_id < b.approval_id ? -1 : 1);
}

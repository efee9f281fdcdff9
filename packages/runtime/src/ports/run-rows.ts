import type { Journal, Views } from "./store.ts";

/** Rows of lists, and entries: all of a store that looking at runs needs. */
export interface RunRows {
  readonly journal: Pick<Journal, "read">;
  readonly views: RunViews;
}

export type RunViews = Pick<
  Views,
  "run" | "complete" | "runs" | "approval" | "approvals" | "countApprovals" | "artifacts" | "countRuns"
>;

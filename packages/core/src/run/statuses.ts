/**
 * The public states of a run (R12), as they are stored, printed and asked for.
 * This file imports nothing, so that who only names them loads nothing else.
 */
export const RUN_STATUSES = [
  "planned",
  "in_progress",
  "awaiting_gate",
  "paused",
  "in_doubt",
  "completed",
  "failed",
  "rejected",
  "expired",
  "cancelled",
  "escalated",
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** The public states of a step (R12). */
export const STEP_STATUSES = [
  "pending",
  "ready",
  "awaiting_gate",
  "running",
  "completed",
  "failed",
  "skipped",
  "blocked",
  "in_doubt",
  "compensating",
  "compensated",
  "cancelled",
] as const;
export type StepPublicStatus = (typeof STEP_STATUSES)[number];

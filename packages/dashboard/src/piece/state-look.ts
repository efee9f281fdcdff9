import type { RunStatus, StepPublicStatus } from "@writ/core";
import type { IconName } from "./icon.tsx";

/** How a state is shown: by glyph and word what happened, by colour whether somebody must act. */
export interface StateLook {
  readonly word: string;
  readonly icon: IconName;
  /** The colour's name in the style sheet. */
  readonly tone: string;
}

const NOT_STARTED: StateLook = { word: "Not started", icon: "pending", tone: "pending" };
const RUNNING: StateLook = { word: "Running", icon: "running", tone: "running" };
const WAITING: StateLook = { word: "Waiting for you", icon: "awaiting_gate", tone: "awaiting_gate" };
const COMPLETED: StateLook = { word: "Completed", icon: "completed", tone: "completed" };
const FAILED: StateLook = { word: "Failed", icon: "failed", tone: "failed" };
const IN_DOUBT: StateLook = { word: "In doubt", icon: "in_doubt", tone: "in_doubt" };
const CANCELLED: StateLook = { word: "Cancelled", icon: "cancelled", tone: "cancelled" };

export const RUN_LOOKS: Readonly<Record<RunStatus, StateLook>> = {
  planned: NOT_STARTED,
  in_progress: RUNNING,
  awaiting_gate: WAITING,
  paused: { word: "Paused", icon: "paused", tone: "paused" },
  in_doubt: IN_DOUBT,
  completed: COMPLETED,
  failed: FAILED,
  rejected: { word: "Rejected", icon: "rejected", tone: "rejected" },
  expired: { word: "Expired", icon: "expired", tone: "expired" },
  cancelled: CANCELLED,
  escalated: { word: "Escalated", icon: "escalated", tone: "escalated" },
};

export const STEP_LOOKS: Readonly<Record<StepPublicStatus, StateLook>> = {
  pending: NOT_STARTED,
  ready: { ...NOT_STARTED, word: "Next" },
  awaiting_gate: WAITING,
  running: RUNNING,
  completed: COMPLETED,
  failed: FAILED,
  skipped: { ...CANCELLED, word: "Skipped" },
  blocked: { ...CANCELLED, word: "Blocked" },
  in_doubt: IN_DOUBT,
  compensating: { ...RUNNING, word: "Being undone" },
  compensated: { word: "Undone", icon: "rejected", tone: "rejected" },
  cancelled: CANCELLED,
};

/** To whoever may not approve, a waiting run does not wait for them. */
export function wordFor(look: StateLook, decides: "decides" | "looks"): string {
  return look.icon === "awaiting_gate" && decides === "looks" ? "Waiting for approval" : look.word;
}

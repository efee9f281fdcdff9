import type { RunView } from "../journal/stored-entry.ts";
import type { RunStatus } from "../run/statuses.ts";

/** States in which a run may wait for a person's word. */
export const NEEDING_STATES = ["awaiting_gate", "in_doubt", "paused"] as const satisfies readonly RunStatus[];

/** Whether somebody must act before a run moves; one that a person paused waits for nobody's decision. */
export function needsYou({ status, reason }: Pick<RunView, "status" | "reason">): boolean {
  return NEEDING_STATES.some((state) => state === status) && reason !== "operator_paused";
}

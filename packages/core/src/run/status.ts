import { UNDO } from "./paths.ts";
import type { RunState, StepState } from "./state.ts";
import type { RunStatus, StepPublicStatus } from "./statuses.ts";

/** Derived, never set: the one place that turns the machinery into a word. */
export function runStatus(state: RunState): RunStatus {
  if (state.status === "ended") return state.closing?.outcome ?? "failed";
  if (state.attempts.size > 0) return "in_progress";
  if (state.doubts > 0) return "in_doubt";
  if (state.hold?.code === "planned") return "planned";
  if (state.hold !== null && state.status !== "planning") return "paused";
  if (state.reviews > 0) return "paused";
  if (hasOpenGate(state)) return "awaiting_gate";
  return "in_progress";
}

/** Why a run stands still, as a code; null while it moves. */
export function statusReason(state: RunState): string | null {
  if (state.status === "ended") return state.closing?.reason?.code ?? null;
  if (state.doubts > 0) return "effect_outcome_unknown";
  if (state.hold !== null) return state.hold.code;
  return state.reviews > 0 ? "escalated" : null;
}

export function isTerminal(status: RunStatus): boolean {
  return !["planned", "in_progress", "awaiting_gate", "paused", "in_doubt"].includes(status);
}

function hasOpenGate(state: RunState): boolean {
  for (const gate of state.gates.values()) if (gate.status === "open") return true;
  return false;
}

/** The public state of a step; `null` stands for one that was not reached. */
export function stepStatus(state: RunState, step: StepState | null): StepPublicStatus {
  if (step === null) return state.closing === null ? "pending" : "cancelled";
  const undoing = step.scope === UNDO;
  const over = state.status === "ended" || (state.closing !== null && !undoing);
  switch (step.status) {
    case "ready":
    case "queued":
    case "waiting":
      return over ? "cancelled" : "ready";
    case "gating":
      return over ? "cancelled" : "awaiting_gate";
    case "running":
      return undoing ? "compensating" : "running";
    case "review":
      return "failed";
    case "failed":
      return step.reason?.code === "stopped" ? "cancelled" : "failed";
    case "succeeded":
      return undoing ? "compensated" : "completed";
    default:
      return step.status;
  }
}

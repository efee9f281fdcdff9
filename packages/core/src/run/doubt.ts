import type { JournalEvent } from "./event.ts";

/** Nobody knows whether this call had its effect: a person must say. */
export function inDoubt(step: string, attempt: number): JournalEvent {
  return { type: "step_in_doubt", step, attempt, reason: { code: "effect_outcome_unknown", step } };
}

import type { Payload } from "../base/payload.ts";
import type { Entry } from "../journal/entry.ts";
import type { JournalEvent } from "../run/event.ts";

/**
 * A step's failure in the words of its tool: of a call, or of showing what a call would do. A gate that
 * could not be opened has its words with what came in; its facts hold codes alone.
 *
 * @returns null for a fact that tells of none
 */
export function stepFailure(fact: JournalEvent, { input }: Pick<Entry, "input">): Payload | null {
  if (fact.type === "attempt_failed") return fact.error;
  const isGate = fact.type === "step_settled" && input.type === "gate_failed" && input.step === fact.step;
  return isGate ? input.error : null;
}

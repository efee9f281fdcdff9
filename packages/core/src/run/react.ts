import type { Arrival } from "./arrival.ts";
import { decide } from "./decide.ts";
import type { JournalEvent } from "./event.ts";
import { beginEntry, evolve } from "./evolve.ts";
import { canSettle } from "./moves.ts";
import { settle } from "./settle.ts";
import type { RunState } from "./state.ts";

/** The most facts one entry may hold, so that a chain without any outside work cannot become one endless entry. */
export const ENTRY_LIMIT = 256;
/** The most bytes of facts, roughly; an entry may have 65,536. */
const ENTRY_BYTES = 48 * 1_024;

/**
 * What one input does to a run: its facts, folded. The caller appends them; if
 * it cannot, it drops this state and loads again. No facts means that the input
 * no longer applies, and nothing is written.
 */
export function react(state: RunState, arrival: Arrival, limit: number = ENTRY_LIMIT): readonly JournalEvent[] {
  const direct = decide(state, arrival);
  if (direct.length === 0 && !(arrival.input.type === "proceed" && canSettle(state))) return [];
  beginEntry(state, arrival.at, arrival.actor);
  const facts: JournalEvent[] = [];
  let bytes = 0;
  let next = direct;
  do {
    for (const fact of next) {
      evolve(state, fact);
      facts.push(fact);
      bytes += weight(fact);
    }
    next = facts.length < limit && bytes < ENTRY_BYTES ? settle(state, arrival.seal) : [];
  } while (next.length > 0);
  return facts;
}

/** An estimate: only bindings are long. */
function weight(fact: JournalEvent): number {
  return fact.type === "approval_requested" ? 2_000 : fact.type === "phase_entered" ? 300 * fact.steps.length : 400;
}

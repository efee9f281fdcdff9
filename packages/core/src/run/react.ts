import type { Arrival } from "./arrival.ts";
import { decide } from "./decide.ts";
import { ENTRY_LIMIT, EntryRoom } from "./entry-room.ts";
import type { JournalEvent } from "./event.ts";
import { beginEntry, evolve } from "./evolve.ts";
import { canSettle } from "./moves.ts";
import { settle } from "./settle.ts";
import type { RunState } from "./state.ts";

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
  const room = new EntryRoom(limit);
  let next = direct;
  do {
    for (const fact of next) {
      evolve(state, fact);
      facts.push(fact);
      room.take(fact);
    }
    next = room.isFull ? [] : following(state, arrival);
  } while (next.length > 0);
  return facts;
}

/** What follows from where the run stands; when it rests and time has passed, the next timer that is due. */
function following(state: RunState, arrival: Arrival): readonly JournalEvent[] {
  const settled = settle(state, arrival.seal);
  return settled.length === 0 && arrival.input.type === "time_passed" ? decide(state, arrival) : settled;
}

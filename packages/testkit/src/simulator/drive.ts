import { EntryRoom, type Arrival, type JournalEvent, type RunState } from "@writ/core";
import type { CoreFunctions } from "./core-functions.ts";
import { dumpState } from "./dump.ts";
import { demand } from "./violation.ts";

export interface Watcher {
  /** Called before a fact is folded, with the state that led to it. */
  beforeFact(state: RunState, fact: JournalEvent, arrival: Arrival): void;
}

export interface DriveOptions {
  readonly limit: number;
  /** Whether `decide` and `settle` are held to leave no trace: costly, so not for every input. */
  readonly isClose: boolean;
  readonly watcher: Watcher;
}

/**
 * What `react` does, taken apart so that a look is possible between any two
 * facts. The replay at the end of a run holds both to the same facts.
 */
export function drive(
  core: CoreFunctions,
  state: RunState,
  arrival: Arrival,
  options: DriveOptions,
): readonly JournalEvent[] {
  const direct = pure(state, options, "decide_is_pure", () => core.decide(state, arrival));
  if (direct.length === 0 && !(arrival.input.type === "proceed" && core.canSettle(state))) return [];
  core.beginEntry(state, arrival.at, arrival.actor);
  const facts: JournalEvent[] = [];
  const room = new EntryRoom(options.limit);
  let next = direct;
  do {
    for (const fact of next) {
      options.watcher.beforeFact(state, fact, arrival);
      core.evolve(state, fact);
      facts.push(fact);
      room.take(fact);
    }
    next = room.isFull ? [] : following(core, state, arrival, options);
  } while (next.length > 0);
  if (arrival.input.type === "time_passed" && !room.isFull)
    demand((state.timers.earliest()?.at ?? Infinity) > arrival.at, "all_due_are_handled", () => "a timer stays due");
  return facts;
}

function following(
  core: CoreFunctions,
  state: RunState,
  arrival: Arrival,
  options: DriveOptions,
): readonly JournalEvent[] {
  const facts = settled(core, state, arrival, options);
  return facts.length === 0 && arrival.input.type === "time_passed" ? core.decide(state, arrival) : facts;
}

function settled(
  core: CoreFunctions,
  state: RunState,
  arrival: Arrival,
  options: DriveOptions,
): readonly JournalEvent[] {
  const says = core.canSettle(state);
  const facts = pure(state, options, "settle_is_pure", () => core.settle(state, arrival.seal));
  demand(
    says === facts.length > 0,
    "can_settle_agrees",
    () => `canSettle says ${says}, settle gives ${facts.map((each) => each.type).join(" ") || "nothing"}`,
  );
  return facts;
}

function pure<T>(state: RunState, { isClose }: DriveOptions, invariant: string, ask: () => T): T {
  if (!isClose) return ask();
  const before = dumpState(state);
  const answer = ask();
  demand(dumpState(state) === before, invariant, () => "the state was changed by a question");
  return answer;
}

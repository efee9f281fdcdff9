import type { JournalEvent } from "./event.ts";

/** The most facts one entry may hold, so that a chain without any outside work cannot become one endless entry. */
export const ENTRY_LIMIT = 256;
/** Bytes of facts after which nothing more is begun; an entry may have 65,536, and what was begun still fits. */
const ENTRY_BYTES = 44 * 1_024;

/** Bytes of one fact at most, but for its lists and its free part; most have half of it. */
const BASE = 450;
const STARTED = 1_000;
const SCORED = 750;
const BOUND = 2_000;
/** One item of evidence: its reference and its commitment, in the binding and beside it. */
const PER_EVIDENCE = 700;
const PER_UNDO = 350;
/** A character of a detail may be written as an escape. */
const PER_CHARACTER = 6;

/** What one entry still has room for. */
export class EntryRoom {
  readonly #limit: number;
  #facts = 0;
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  take(fact: JournalEvent): void {
    this.#facts += 1;
    this.#bytes += weight(fact);
  }

  get isFull(): boolean {
    return this.#facts >= this.#limit || this.#bytes >= ENTRY_BYTES;
  }
}

function weight(fact: JournalEvent): number {
  switch (fact.type) {
    case "step_started":
      return STARTED;
    case "verdict_rendered":
      return SCORED + detail(fact);
    case "approval_requested":
      return BOUND + PER_EVIDENCE * fact.evidence.length + lengthOf(fact.binding.gates);
    case "gate_wanted":
      return BASE + lengthOf(fact.rules);
    case "phase_entered":
      return BASE + PER_UNDO * fact.steps.length;
    default:
      return BASE + detail(fact);
  }
}

function lengthOf(names: readonly string[]): number {
  return names.join().length;
}

function detail(fact: JournalEvent): number {
  const reason = "reason" in fact ? fact.reason : null;
  return reason !== null && "detail" in reason ? (reason.detail ?? "").length * PER_CHARACTER : 0;
}

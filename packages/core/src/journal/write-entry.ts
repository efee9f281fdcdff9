import { formText } from "../base/form.ts";
import type { Payload } from "../base/payload.ts";
import type { Actor } from "../run/actor.ts";
import type { JournalEvent } from "../run/event.ts";
import type { RunInput } from "../run/input.ts";
import type { EntrySealer } from "./sealer.ts";
import type { NewPayload } from "./stored-entry.ts";

export interface UnwrittenEntry {
  readonly log: string;
  readonly run: string;
  readonly version: number;
  readonly at: number;
  readonly actor: Actor;
  readonly input: RunInput;
  readonly facts: readonly JournalEvent[];
}

export interface WrittenEntry {
  /** The canonical bytes are `head + seq + tail`. */
  readonly head: string;
  readonly tail: string;
  /** In order of birth: those of the input first. */
  readonly payloads: readonly NewPayload[];
}

/** The canonical bytes of an entry but for its position, and the payloads born in it. @see formats.md 2.2 */
export function writeEntry(entry: UnwrittenEntry, sealer: EntrySealer): WrittenEntry {
  const births = new BirthWriter(sealer);
  const input = formText(entry.input, births.text);
  const facts = formText(entry.facts, births.text);
  const actor = formText(entry.actor);
  return {
    head: `{"actor":${actor},"at_ms":${entry.at},"facts":${facts},"input":${input},"kind":"run","log":"${entry.log}","run":"${entry.run}","seq":`,
    tail: `,"v":1,"version":${entry.version}}`,
    payloads: births.payloads,
  };
}

/** Writes payloads as births where the sealer just made them, and as references ever after. */
class BirthWriter {
  readonly payloads: NewPayload[] = [];
  readonly #sealer: EntrySealer;

  constructor(sealer: EntrySealer) {
    this.#sealer = sealer;
  }

  readonly text = ({ commit, form, size }: Payload): string => {
    const birth = this.#sealer.births.get(commit);
    if (birth === undefined) return `{"$commit":"${commit}"}`;
    this.#sealer.births.delete(commit);
    this.payloads.push({ n: this.payloads.length, commit, salt: birth.salt, bytes: birth.bytes });
    return `{"$as":"${form}","$bytes":${size},"$commit":"${commit}"}`;
  };
}

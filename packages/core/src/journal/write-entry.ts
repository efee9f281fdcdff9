import { InvariantError } from "../base/error.ts";
import { Payload } from "../base/payload.ts";
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

/** The canonical bytes of an entry but for its position, and the payloads born in it. */
export function writeEntry(entry: UnwrittenEntry, sealer: EntrySealer): WrittenEntry {
  const writer = new EntryWriter(sealer);
  const input = writer.value(entry.input);
  const facts = writer.value(entry.facts);
  const actor = writer.value(entry.actor);
  return {
    head: `{"actor":${actor},"at_ms":${entry.at},"facts":${facts},"input":${input},"kind":"run","log":"${entry.log}","run":"${entry.run}","seq":`,
    tail: `,"v":1,"version":${entry.version}}`,
    payloads: writer.payloads,
  };
}

/** Canonical JSON in which payloads are written as births and references. @see formats.md 2.2 */
class EntryWriter {
  readonly payloads: NewPayload[] = [];
  readonly #sealer: EntrySealer;

  constructor(sealer: EntrySealer) {
    this.#sealer = sealer;
  }

  value(value: unknown): string {
    if (value === null || typeof value === "boolean") return String(value);
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value === "number") return integer(value);
    if (value instanceof Payload) return this.#payload(value);
    if (Array.isArray(value)) return `[${value.map((item) => this.value(item)).join(",")}]`;
    if (typeof value === "object") return this.#object(value);
    throw new InvariantError("an entry holds JSON only", { type: typeof value });
  }

  #object(value: object): string {
    const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${this.value(member)}`).join(",")}}`;
  }

  #payload(payload: Payload): string {
    const birth = this.#sealer.births.get(payload.commit);
    if (birth === undefined) return `{"$commit":"${payload.commit}"}`;
    this.#sealer.births.delete(payload.commit);
    this.payloads.push({ n: this.payloads.length, commit: payload.commit, salt: birth.salt, bytes: birth.bytes });
    return `{"$as":"${payload.form}","$bytes":${payload.size},"$commit":"${payload.commit}"}`;
  }
}

function integer(value: number): string {
  if (!Number.isSafeInteger(value)) throw new InvariantError("numbers in an entry are integers", { value });
  return String(value === 0 ? 0 : value);
}

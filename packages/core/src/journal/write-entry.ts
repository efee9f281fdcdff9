import { InvariantError } from "../base/error.ts";
import { isRecord } from "../base/is-record.ts";
import { Payload } from "../base/payload.ts";
import { Shapes } from "../base/shapes.ts";
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

const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

/** Entries have the few forms that the core gives them: what is foreign is a payload. */
const shapes = new Shapes();

/** Canonical JSON in which payloads are written as births and references. @see formats.md 2.2 */
class EntryWriter {
  readonly payloads: NewPayload[] = [];
  readonly #sealer: EntrySealer;

  constructor(sealer: EntrySealer) {
    this.#sealer = sealer;
  }

  value(value: unknown): string {
    switch (typeof value) {
      case "string":
        return ESCAPED.test(value) ? JSON.stringify(value) : `"${value}"`;
      case "number":
        return integer(value);
      case "boolean":
        return value ? "true" : "false";
      case "object":
        return this.#structure(value);
      default:
        throw new InvariantError("an entry holds JSON only", { type: typeof value });
    }
  }

  #structure(value: object | null): string {
    if (!isRecord(value)) return "null";
    if (value instanceof Payload) return this.#payload(value);
    return Array.isArray(value) ? this.#array(value) : this.#object(value);
  }

  #array(items: readonly unknown[]): string {
    let out = "[";
    for (let index = 0; index < items.length; index += 1) out += (index === 0 ? "" : ",") + this.value(items[index]);
    return `${out}]`;
  }

  #object(object: Readonly<Record<string, unknown>>): string {
    const { names, heads } = shapes.of(object);
    let out = "";
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index] ?? "";
      out += (heads[index] ?? "") + this.value(object[name]);
    }
    return out === "" ? "{}" : `${out}}`;
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

import { isRecord } from "../base/is-record.ts";
import type { Payload } from "../base/payload.ts";
import type { Actor } from "../run/actor.ts";
import type { JournalEvent } from "../run/event.ts";

/** An entry without what may be erased: what folds read that need codes, names and instants alone. */
export interface EntryFacts {
  readonly at: number;
  readonly actor: Pick<Actor, "kind">;
  readonly facts: readonly BareFact[];
}

/** A fact of which no payload is looked at; one with its payloads is such a fact, too. */
export type BareFact = Bare<JournalEvent>;

type Bare<Fact> = Fact extends unknown
  ? { readonly [Member in keyof Fact]: Payload extends Fact[Member] ? unknown : Fact[Member] }
  : never;

/**
 * The facts of a line of the log. No payload is read, so nothing that was erased is missed.
 *
 * @returns null for an entry about the log itself, and for bytes that are no entry of a run: what is wrong with them is
 * for a verification to say
 */
export function entryFacts(bytes: string): EntryFacts | null {
  const value = readJson(bytes);
  if (!isRecord(value) || value["kind"] !== "run") return null;
  const { at_ms, actor, facts } = value;
  if (typeof at_ms !== "number" || !isActor(actor) || !areFacts(facts)) return null;
  return { at: at_ms, actor, facts };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isActor(value: unknown): value is EntryFacts["actor"] {
  return isRecord(value) && typeof value["kind"] === "string";
}

function areFacts(value: unknown): value is readonly BareFact[] {
  return Array.isArray(value) && value.every((fact) => isRecord(fact) && typeof fact["type"] === "string");
}

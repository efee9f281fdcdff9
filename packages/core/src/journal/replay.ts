import { SALT_BYTES } from "../base/digest.ts";
import { OrchestratorError } from "../base/error.ts";
import { isRecord } from "../base/is-record.ts";
import { parseStrict } from "../base/json-parse.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import { Payload } from "../base/payload.ts";
import type { JournalEvent } from "../run/event.ts";
import { react } from "../run/react.ts";
import type { Rules } from "../run/rules.ts";
import { initialState, type RunState } from "../run/state.ts";
import { EntryReader } from "./read-entry.ts";
import { EntrySealer } from "./sealer.ts";
import type { StoredEntry } from "./stored-entry.ts";

export type Replay =
  | { readonly result: "equal"; readonly versions: number; readonly facts: number; readonly state: RunState }
  | { readonly result: "not_replayable"; readonly version: number; readonly reason: string }
  | Divergence;

/** The first place where what was recorded and what follows are not the same. */
export interface Divergence {
  readonly result: "different";
  readonly version: number;
  /** Index of the first fact of that entry which differs; of the whole run, from 1. */
  readonly fact: number;
  readonly position: number;
  readonly step: string | null;
  readonly recorded: JournalEvent | null;
  readonly derived: JournalEvent | null;
  /** Set when stored bytes are not what was committed to. */
  readonly moved: string | null;
}

/** Re-derives every fact from the recorded inputs. Calls no tool and no model, because none is in reach. */
export function replay(run: string, entries: readonly StoredEntry[], rules: Rules, limit?: number): Replay {
  const state = initialState(run, rules);
  const reader = new EntryReader(rules.hash);
  let facts = 0;
  for (const stored of entries) {
    const version = stored.version ?? 0;
    try {
      const entry = reader.read(stored);
      const seal = new EntrySealer(rules.hash, dealer(reader.saltsOfFacts(stored)));
      const derived = react(state, { at: entry.at, actor: entry.actor, input: entry.input, seal }, limit);
      const index = firstDifferent(entry.facts, derived);
      if (index !== -1) return divergence(version, facts, index, entry.facts[index] ?? null, derived[index] ?? null);
      facts += entry.facts.length;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error instanceof OrchestratorError && error.code === "replay_input_missing")
        return { result: "not_replayable", version, reason: error.message };
      return { ...divergence(version, facts, 0, null, null), step: stepOf(stored), moved: error.message };
    }
  }
  return { result: "equal", versions: entries.length, facts, state };
}

/** Deals the recorded salts. An erased value took its salt along: what is sealed anew cannot be compared with it. */
function dealer(salts: readonly (Uint8Array | null)[]): () => Uint8Array {
  let dealt = 0;
  return () => {
    const salt = salts[dealt++];
    if (salt === null)
      throw new OrchestratorError("replay_input_missing", "a value that follows from this entry was erased");
    return salt ?? new Uint8Array(SALT_BYTES);
  };
}

/** The step an entry is about, from its bytes alone: they may no longer fit their payloads. */
function stepOf({ bytes }: StoredEntry): string | null {
  try {
    const entry = parseStrict(bytes);
    const { input, facts } = isJsonObject(entry) ? entry : {};
    const about = [input, ...(isJsonArray(facts) ? facts : [])];
    const named = about.map((each) => (isJsonObject(each) ? each["step"] : undefined));
    return named.find((step) => typeof step === "string") ?? null;
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}

function divergence(
  version: number,
  before: number,
  index: number,
  recorded: JournalEvent | null,
  derived: JournalEvent | null,
): Divergence {
  const named = recorded ?? derived;
  const step = named !== null && "step" in named ? named.step : null;
  return {
    result: "different",
    version,
    fact: index,
    position: before + index + 1,
    step,
    recorded,
    derived,
    moved: null,
  };
}

function firstDifferent(a: readonly JournalEvent[], b: readonly JournalEvent[]): number {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index += 1) if (!same(a[index], b[index])) return index;
  return -1;
}

/** Structural equality in which a payload is what stands for it: commitment and form. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isRecord(a) || !isRecord(b)) return false;
  if (a instanceof Payload) return b instanceof Payload && a.commit === b.commit && a.form === b.form;
  if (Array.isArray(a)) return Array.isArray(b) && sameItems(a, b);
  let members = 0;
  for (const name in a) {
    if (!Object.hasOwn(b, name) || !same(a[name], b[name])) return false;
    members += 1;
  }
  return members === Object.keys(b).length;
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) if (!same(a[index], b[index])) return false;
  return true;
}

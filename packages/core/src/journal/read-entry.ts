import { commitment } from "../base/digest.ts";
import { OrchestratorError } from "../base/error.ts";
import type { Hasher } from "../base/hash.ts";
import { Payload, type PayloadForm } from "../base/payload.ts";
import type { Entry } from "./entry.ts";
import type { StoredEntry } from "./stored-entry.ts";

/**
 * Reads a run's entries in order, joining payloads: a reference in a later
 * entry is the very object its birth made. Every payload is checked against its
 * commitment.
 */
export class EntryReader {
  readonly #hash: Hasher;
  readonly #known = new Map<string, Payload>();
  /** Births in the input of the entry that was read last. */
  #last: { readonly stored: StoredEntry; readonly inputs: number } | null = null;

  constructor(hash: Hasher) {
    this.#hash = hash;
  }

  /** @throws OrchestratorError `payload_commitment` naming entry and place, `entry_malformed` */
  read(stored: StoredEntry): Entry {
    const raw = parsed(stored);
    const births = new Births(stored, this.#hash, this.#known);
    const input = births.revive(raw["input"]);
    this.#last = { stored, inputs: births.count };
    const facts = births.revive(raw["facts"]);
    return asEntry({
      seq: stored.seq,
      run: stored.run,
      version: stored.version,
      at: raw["at_ms"],
      actor: raw["actor"],
      input,
      facts,
    });
  }

  /** Salts of the payloads born in the facts of an entry, in order of birth, null for what was erased: what a replay is dealt. */
  saltsOfFacts(stored: StoredEntry): readonly (Uint8Array | null)[] {
    const inputs = this.#last?.stored === stored ? this.#last.inputs : countBirths(parsed(stored)["input"]);
    return stored.payloads.slice(inputs).map(({ salt }) => salt);
  }
}

function parsed(stored: StoredEntry): Readonly<Record<string, unknown>> {
  const value = readJson(stored.bytes);
  if (isRecord(value)) return value;
  throw new OrchestratorError("entry_malformed", `entry ${stored.seq} is no object`, { details: { seq: stored.seq } });
}

/** Null for bytes that are no JSON any more. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/**
 * What `writeEntry` wrote is of this shape; bytes that were changed since need not be.
 *
 * @throws OrchestratorError `entry_malformed` where the frame is another; what a fact holds is for the fold to meet
 */
function asEntry(value: Readonly<Record<keyof Entry, unknown>>): Entry {
  const { seq, actor, at, input, facts } = value;
  const isActor = isRecord(actor) && typeof actor["kind"] === "string" && typeof actor["id"] === "string";
  if (isActor && Number.isSafeInteger(at) && isTyped(input) && Array.isArray(facts) && facts.every(isTyped))
    return value as Entry;
  throw new OrchestratorError("entry_malformed", `entry ${String(seq)} is not of the form of an entry`, {
    details: { seq: Number(seq) },
  });
}

function isTyped(value: unknown): boolean {
  return isRecord(value) && typeof value["type"] === "string";
}

class Births {
  readonly #stored: StoredEntry;
  readonly #hash: Hasher;
  readonly #known: Map<string, Payload>;
  #n = 0;

  constructor(stored: StoredEntry, hash: Hasher, known: Map<string, Payload>) {
    this.#stored = stored;
    this.#hash = hash;
    this.#known = known;
  }

  /** How many there were so far. */
  get count(): number {
    return this.#n;
  }

  /** Puts payloads in place of their handles, in a value that was parsed a moment ago and belongs to nobody else. */
  revive(value: unknown): unknown {
    if (!isRecord(value)) return value;
    if (isHandle(value)) return this.#payload(value);
    for (const name of Object.keys(value)) {
      const member = value[name];
      if (isRecord(member)) value[name] = this.revive(member);
    }
    return value;
  }

  #payload(handle: Handle): Payload {
    if (handle.$as === undefined) return this.#reference(handle.$commit);
    const row = this.#stored.payloads[this.#n];
    this.#n += 1;
    const bytes = row?.bytes ?? null;
    if (bytes !== null && !this.#isWhatStands(handle, row?.salt ?? null, bytes)) {
      throw new OrchestratorError(
        "payload_commitment",
        `payload ${this.#n - 1} of entry ${this.#stored.seq} is not what was committed to`,
        {
          details: { seq: this.#stored.seq, n: this.#n - 1, version: this.#stored.version ?? 0 },
        },
      );
    }
    const payload = Payload.stored(handle.$commit, handle.$as, handle.$bytes ?? 0, bytes);
    this.#known.set(handle.$commit, payload);
    return payload;
  }

  #isWhatStands({ $commit, $bytes }: Handle, salt: Uint8Array | null, bytes: Uint8Array): boolean {
    return salt !== null && bytes.length === $bytes && commitment(this.#hash, salt, bytes) === $commit;
  }

  #reference(commit: string): Payload {
    const known = this.#known.get(commit);
    if (known !== undefined) return known;
    throw new OrchestratorError(
      "entry_malformed",
      `entry ${this.#stored.seq} refers to a payload that no entry before it holds`,
      {
        details: { seq: this.#stored.seq },
      },
    );
  }
}

interface Handle {
  readonly $commit: string;
  readonly $as?: PayloadForm;
  readonly $bytes?: number;
}

function isHandle(value: object): value is Handle {
  return "$commit" in value;
}

function countBirths(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  if ("$as" in value) return 1;
  return Object.values(value).reduce((sum: number, member: unknown) => sum + countBirths(member), 0);
}

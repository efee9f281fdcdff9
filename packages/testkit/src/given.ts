import {
  EntrySealer,
  initialState,
  ReadModels,
  react,
  writeEntry,
  type Derived,
  type Effect,
  type JournalEvent,
  type RunState,
  type StoredEntry,
} from "@writ/core";
import { expect } from "vitest";
import { ADA, type Arriving } from "./arriving.ts";
import { testHasher } from "./build/hasher.ts";
import type { Beginning } from "./build/run.ts";

const RUN = "run_01m7xcc2gaf7j9gjawm0trnb83";
const STARTED_AT = 1_795_208_645_000;

/** A fact by its type alone, or by the members that matter. */
export type FactLike =
  | JournalEvent["type"]
  | { readonly type: JournalEvent["type"]; readonly [member: string]: unknown };

/** A run to which something has happened. */
export class Given {
  readonly state: RunState;
  readonly stored: StoredEntry[] = [];
  readonly facts: JournalEvent[] = [];
  readonly #models = new ReadModels();
  #at = STARTED_AT;
  #salts = 0;
  #derived: Derived | null = null;

  constructor(beginning: Beginning) {
    this.state = initialState(RUN, beginning.rules);
    this.#arrive({ actor: ADA, after: 0, make: beginning.start });
  }

  /** What the last entry left beside its bytes. */
  get derived(): Derived {
    if (this.#derived === null) throw new TypeError("nothing was written yet");
    return this.#derived;
  }

  /** One more input, which must leave facts. */
  and(...arriving: readonly Arriving[]): this {
    for (const each of arriving) {
      const facts = this.#arrive(each);
      if (facts.length === 0) throw new TypeError(`an input of the test says nothing: ${String(each.make)}`);
    }
    return this;
  }

  when(arriving: Arriving): Outcome {
    return new Outcome(this, this.#arrive(arriving));
  }

  /** What the run does as soon as it starts. */
  get begun(): Outcome {
    return new Outcome(this, this.facts);
  }

  /** Salts that no other value of this run has. */
  sealer(): EntrySealer {
    return new EntrySealer(testHasher, () => this.#salt());
  }

  #arrive({ actor, after, make }: Arriving): readonly JournalEvent[] {
    this.#at += after;
    const seal = this.sealer();
    const input = make(seal, this.state);
    const facts = react(this.state, { at: this.#at, actor, input, seal });
    if (facts.length === 0) return facts;
    const entry = { run: RUN, version: this.state.version, at: this.#at, actor, input, facts };
    const { head, tail, payloads } = writeEntry({ log: this.state.rules.log, ...entry }, seal);
    this.#derived = this.#models.observe(this.state, entry);
    this.facts.push(...facts);
    this.stored.push({
      seq: this.stored.length,
      run: RUN,
      version: entry.version,
      bytes: `${head}${this.stored.length}${tail}`,
      payloads: payloads.map(({ n, salt, bytes }) => ({ n, salt, bytes })),
    });
    return facts;
  }

  #salt(): Uint8Array {
    this.#salts += 1;
    return new Uint8Array(32).fill(this.#salts & 255, 0, 16).fill(this.#salts >> 8, 16);
  }
}

/** What one input did. */
export class Outcome {
  readonly facts: readonly JournalEvent[];
  readonly #given: Given;

  constructor(given: Given, facts: readonly JournalEvent[]) {
    this.#given = given;
    this.facts = facts;
  }

  /* oxlint-disable unicorn/no-thenable, vitest/no-standalone-expect -- a sentence that ends in `then`, inside of tests only; nobody awaits it */
  /** Exactly these facts in this order; and, where it is said, exactly this work afterwards. */
  then(expected: { readonly facts: readonly FactLike[]; readonly effects?: readonly string[] }): Given {
    const wanted = expected.facts.map((fact) => (typeof fact === "string" ? { type: fact } : fact));
    expect(this.facts.map((fact) => fact.type)).toEqual(wanted.map((fact) => fact.type));
    expect(this.facts).toMatchObject(wanted);
    if (expected.effects !== undefined) {
      expect([...this.#given.state.work.values()].map(effectLine)).toEqual(expected.effects);
    }
    return this.#given;
  }
}

/** `invoke_tool s1#1`, `open_gate s2/1`, `propose_plan 2`. */
export function effectLine(effect: Effect): string {
  switch (effect.type) {
    case "propose_plan":
      return `${effect.type} ${effect.plan_version}`;
    case "open_gate":
      return `${effect.type} ${effect.step}/${effect.round}`;
    case "approve_by_policy":
      return `${effect.type} ${effect.step}`;
    default:
      return `${effect.type} ${effect.step}#${effect.attempt}`;
  }
}

/** @param before what has happened, each with facts */
export function given(beginning: Beginning, ...before: readonly Arriving[]): Given {
  return new Given(beginning).and(...before);
}

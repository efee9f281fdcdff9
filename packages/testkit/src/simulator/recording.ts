import {
  EntryReader,
  initialState,
  MAX_ENTRY_BYTES,
  OrchestratorError,
  parseCanonical,
  ReadModels,
  refusalOf,
  writeEntry,
  type Entry,
  type EntrySealer,
  type KeyClaim,
  type Rules,
  type RunState,
  type StoredEntry,
} from "@writ/core";
import type { CoreFunctions } from "./core-functions.ts";
import { demand } from "./violation.ts";

/** What is durable of one run: the entries, byte for byte, and what a store checks before it takes one. */
export class Recording {
  readonly stored: StoredEntry[] = [];
  readonly run: string;
  readonly #rules: Rules;
  readonly #redeemed = new Set<string>();
  readonly #claims = new Map<string, KeyClaim>();
  #models = new ReadModels();

  constructor(run: string, rules: Rules) {
    this.run = run;
    this.#rules = rules;
  }

  /** Writes an entry down, as a store would, and holds its bytes to their form. */
  append(state: RunState, entry: Omit<Entry, "seq">, sealer: EntrySealer): void {
    const { head, tail, payloads } = writeEntry({ log: this.#rules.log, ...entry }, sealer);
    const derived = this.#models.observe(state, entry);
    const draft = { run: this.run, version: entry.version, atMs: entry.at, head, tail, payloads, ...derived };
    const refusal = refusalOf(draft, {
      versionOf: () => this.stored.length,
      isRedeemed: (approval) => this.#redeemed.has(approval),
      claimOf: (key) => this.#claims.get(key),
    });
    demand(
      refusal === undefined,
      "store_admits",
      () => `${refusal?.message} (${entry.facts.map((fact) => fact.type).join(" ")})`,
    );
    for (const { approval } of derived.approvalUses) this.#redeemed.add(approval);
    for (const { key, state: claim } of derived.keys) this.#claims.set(key, { run: this.run, state: claim });
    const bytes = `${head}${this.stored.length}${tail}`;
    const length = Buffer.byteLength(bytes);
    demand(length <= MAX_ENTRY_BYTES, "entry_bytes", () => `${length} bytes in ${entry.facts.length} facts`);
    demand(isCanonical(bytes), "entry_canonical", () => bytes.slice(0, 200));
    const kept = payloads.map(({ n, salt, bytes }) => ({ n, salt, bytes }));
    this.stored.push({ seq: this.stored.length, run: this.run, version: entry.version, bytes, payloads: kept });
  }

  /** Folds what is durable from zero, as a new process does. */
  load(core: CoreFunctions): RunState {
    const state = initialState(this.run, this.#rules);
    const reader = new EntryReader(this.#rules.hash);
    this.#models = new ReadModels();
    for (const stored of this.stored) {
      const entry = reader.read(stored);
      core.beginEntry(state, entry.at, entry.actor);
      for (const fact of entry.facts) core.evolve(state, fact);
      this.#models.observe(state, entry);
    }
    return state;
  }
}

function isCanonical(bytes: string): boolean {
  try {
    parseCanonical(bytes);
    return true;
  } catch (error) {
    if (error instanceof OrchestratorError) return false;
    throw error;
  }
}

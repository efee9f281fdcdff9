import {
  emptyTree,
  type EntryDraft,
  type Erasure,
  type ErasureSource,
  erasureParts,
  growTree,
  type Hasher,
  isLogEnd,
  type KeyClaim,
  leafHash,
  type Ledger,
  logEntryText,
  type LogFacts,
  logStarted,
  type LogTree,
  type NewLog,
  OrchestratorError,
  refusalOf,
  type StoredEntry,
  type StoredPayload,
} from "@writ/core";

import { memoryDoors } from "./doors.ts";
import type { KeptDeliveries } from "./deliveries.ts";
import { MemoryViews } from "./views.ts";

interface KeptEntry extends StoredEntry {
  readonly payloads: StoredPayload[];
}

interface KeptPayload {
  readonly owner: KeptEntry;
  readonly n: number;
}

/**
 * A log that lives as long as the object: what a database file is to the other
 * stores. It can be opened again and again.
 */
export class MemoryLog implements Ledger, ErasureSource<KeptPayload> {
  readonly start: NewLog;
  readonly tree: LogTree = emptyTree();
  readonly entries: KeptEntry[] = [];
  readonly tiles = new Map<string, Uint8Array>();
  readonly documents = new Map<string, string>();
  readonly signedHeads = new Map<number, string>();
  /** What was claimed to be told once. */
  readonly notices = new Set<string>();
  readonly doors = memoryDoors();
  readonly deliveries: KeptDeliveries = { rows: new Map(), destinations: [] };
  readonly erasures = new Set<number>();
  readonly views = new MemoryViews();
  readonly #positions = new Map<string | null, number[]>();
  readonly #uses = new Set<string>();
  readonly #claims = new Map<string, KeyClaim>();
  readonly #hash: Hasher;
  #isEnded = false;

  constructor(hash: Hasher, start: NewLog) {
    this.#hash = hash;
    this.start = start;
    this.#placeFacts(logStarted(start));
  }

  /** Positions of a run's entries, or with null of those about the log. */
  positions(run: string | null): readonly number[] {
    return this.#positions.get(run) ?? [];
  }

  versionOf(run: string): number {
    return this.positions(run).length;
  }

  isRedeemed(approval: string): boolean {
    return this.#uses.has(approval);
  }

  claimOf(key: string): KeyClaim | undefined {
    return this.#claims.get(key);
  }

  entryAt(seq: number): string | undefined {
    return this.entries[seq]?.bytes;
  }

  payloadAt(seq: number, n: number): KeptPayload | undefined {
    const owner = this.entries[seq];
    return owner?.payloads[n]?.salt ? { owner, n } : undefined;
  }

  /** @throws OrchestratorError as `Journal.append` */
  append(draft: EntryDraft): number {
    this.#assertOpen();
    const refusal = refusalOf(draft, this);
    if (refusal !== undefined) throw refusal;
    const { run, version, payloads, documents, approvalUses, keys, views } = draft;
    const seq = this.tree.size;
    const born = payloads.map(({ n, salt, bytes }) => ({ n, salt: salt.slice(), bytes: bytes.slice() }));
    this.#place({ seq, run, version, bytes: `${draft.head}${seq}${draft.tail}`, payloads: born });
    for (const { digest, bytes } of documents) if (!this.documents.has(digest)) this.documents.set(digest, bytes);
    for (const { approval } of approvalUses) this.#uses.add(approval);
    for (const { key, state } of keys) this.#claims.set(key, { run, state });
    this.views.write(views);
    return seq;
  }

  appendFacts(facts: LogFacts): number {
    this.#assertOpen();
    return this.#placeFacts(facts);
  }

  /** @throws OrchestratorError `payload_not_found` */
  erase(erasure: Erasure): number {
    this.#assertOpen();
    const parts = erasureParts(erasure, this);
    if (parts instanceof OrchestratorError) throw parts;
    let seq = this.tree.size;
    for (const { entry, payloads } of parts) {
      seq = this.#placeFacts(entry);
      this.erasures.add(seq);
      for (const { owner, n } of payloads) {
        owner.payloads[n] = { n, salt: null, bytes: null };
        if (owner.run !== null) this.views.erase(owner.run);
      }
    }
    return seq;
  }

  #placeFacts(facts: LogFacts): number {
    const seq = this.tree.size;
    const bytes = logEntryText(this.start.id, seq, facts);
    this.#place({ seq, run: null, version: null, bytes, payloads: [] });
    this.#isEnded = isLogEnd(bytes);
    return seq;
  }

  #place(entry: KeptEntry): void {
    this.entries.push(entry);
    const positions = this.#positions.get(entry.run) ?? [];
    positions.push(entry.seq);
    this.#positions.set(entry.run, positions);
    const full = growTree(this.#hash, this.tree, leafHash(this.#hash, entry.bytes));
    for (const { level, index, hashes } of full) this.tiles.set(`${level}/${index}`, hashes);
  }

  #assertOpen(): void {
    if (this.#isEnded)
      throw new OrchestratorError("log_ended", "this log was ended; work in the one that continues it");
  }
}

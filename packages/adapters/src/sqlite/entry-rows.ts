import type { DatabaseSync, StatementSync } from "node:sqlite";

import {
  concatBytes,
  type EntryDraft,
  type FullTile,
  type KeyClaim,
  type Ledger,
  type LogTree,
  type NewPayload,
} from "@writ/core";

import { INLINE_BYTES } from "./blob-files.ts";
import { integerOrNull, textOf } from "./row.ts";

/** Births of one entry have neighbouring numbers in `payload`, `redaction`: `seq * 4096 + n`. */
export const BIRTHS_PER_ENTRY = 4_096;

/** Runs whose version is remembered between groups; more are asked for again. */
const REMEMBERED_RUNS = 1_024;

/** Writes the rows of entries, inside a transaction that somebody else begins and ends. */
export class EntryRows implements Ledger {
  readonly #versions = new Map<string, number>();
  readonly #version: StatementSync;
  readonly #use: StatementSync;
  readonly #claim: StatementSync;
  readonly #insertEntry: StatementSync;
  readonly #insertPayload: StatementSync;
  readonly #insertDocument: StatementSync;
  readonly #insertUse: StatementSync;
  readonly #putClaim: StatementSync;
  readonly #insertTile: StatementSync;
  readonly #updateHead: StatementSync;

  constructor(db: DatabaseSync) {
    this.#version = db.prepare("SELECT max(version) AS version FROM entry WHERE run_id = ?");
    this.#use = db.prepare("SELECT seq FROM approval_use WHERE approval = ?");
    this.#claim = db.prepare("SELECT run_id, state FROM key_ledger WHERE idempotency_key = ?");
    this.#insertEntry = db.prepare("INSERT INTO entry (seq, run_id, version, at_ms, bytes) VALUES (?, ?, ?, ?, ?)");
    this.#insertPayload = db.prepare("INSERT INTO payload (pid, salt, bytes) VALUES (?, ?, ?)");
    this.#insertDocument = db.prepare("INSERT INTO document (digest, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING");
    this.#insertUse = db.prepare("INSERT INTO approval_use (approval, binding_hash, seq) VALUES (?, ?, ?)");
    this.#putClaim = db.prepare(
      `INSERT INTO key_ledger (idempotency_key, run_id, state, seq) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET state = excluded.state, seq = excluded.seq`,
    );
    this.#insertTile = db.prepare("INSERT INTO tile (level, idx, hashes) VALUES (?, ?, ?)");
    this.#updateHead = db.prepare("UPDATE head SET size = ?, frontier = ? WHERE id = 1");
  }

  versionOf(run: string): number {
    const remembered = this.#versions.get(run);
    if (remembered !== undefined) return remembered;
    const row = this.#version.get(run);
    return (row && integerOrNull(row, "version")) ?? 0;
  }

  isRedeemed(approval: string): boolean {
    return this.#use.get(approval) !== undefined;
  }

  claimOf(key: string): KeyClaim | undefined {
    const row = this.#claim.get(key);
    return row && { run: textOf(row, "run_id"), state: textOf(row, "state") === "done" ? "done" : "in_flight" };
  }

  /** What was remembered of a transaction that was rolled back. */
  forget(): void {
    this.#versions.clear();
  }

  /** @param text the entry's bytes */
  writeRunEntry(seq: number, draft: EntryDraft, text: string): void {
    const { run, version, atMs, payloads, documents, approvalUses, keys } = draft;
    this.#insertEntry.run(seq, run, version, atMs, text);
    this.#remember(run, version);
    for (const payload of payloads)
      this.#insertPayload.run(seq * BIRTHS_PER_ENTRY + payload.n, payload.salt, inlineBytes(payload));
    for (const { digest, bytes } of documents) this.writeDocument(digest, bytes);
    for (const { approval, bindingHash } of approvalUses) this.#insertUse.run(approval, bindingHash, seq);
    for (const { key, state } of keys) this.#putClaim.run(key, run, state, seq);
  }

  writeLogEntry(seq: number, atMs: number, text: string): void {
    this.#insertEntry.run(seq, null, null, atMs, text);
  }

  writeDocument(digest: string, bytes: string): void {
    this.#insertDocument.run(digest, bytes);
  }

  writeTile({ level, index, hashes }: FullTile): void {
    this.#insertTile.run(level, index, hashes);
  }

  writeHead({ size, frontier }: LogTree): void {
    this.#updateHead.run(size, concatBytes(...frontier));
  }

  #remember(run: string, version: number): void {
    if (this.#versions.size >= REMEMBERED_RUNS) this.#versions.clear();
    this.#versions.set(run, version);
  }
}

/** Whether a payload lies in a file of its own, which is written before its entry. */
export function isFiled({ bytes }: NewPayload): boolean {
  return bytes.length > INLINE_BYTES;
}

function inlineBytes(payload: NewPayload): Uint8Array | null {
  return isFiled(payload) ? null : payload.bytes;
}

/** Positions of an entry's births in `payload` and `redaction`: from the first, to before the next entry's. */
export function birthRange(fromSeq: number, toSeq: number): readonly [from: number, to: number] {
  return [fromSeq * BIRTHS_PER_ENTRY, toSeq * BIRTHS_PER_ENTRY];
}

/** @see BIRTHS_PER_ENTRY */
export function placeOf(pid: number): { readonly seq: number; readonly n: number } {
  return { seq: Math.floor(pid / BIRTHS_PER_ENTRY), n: pid % BIRTHS_PER_ENTRY };
}

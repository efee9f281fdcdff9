import type { DatabaseSync, StatementSync } from "node:sqlite";

import { birthsOf, type PayloadPlace } from "@writ/core";

import { BIRTHS_PER_ENTRY } from "./entry-rows.ts";
import { textOf, textOrNull } from "./row.ts";

/** Where a payload lies that can be erased. */
export interface FoundPayload {
  readonly pid: number;
  readonly run: string | null;
  /** Its commitment if it lies in a file. */
  readonly filed: string | null;
}

/** Deletes payloads, inside a transaction that somebody else begins and ends. */
export class ErasureRows {
  readonly #entry: StatementSync;
  readonly #payload: StatementSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;

  constructor(db: DatabaseSync) {
    this.#entry = db.prepare("SELECT run_id, bytes FROM entry WHERE seq = ?");
    this.#payload = db.prepare("SELECT bytes IS NULL AS is_filed FROM payload WHERE pid = ?");
    this.#insert = db.prepare("INSERT INTO redaction (pid, by_seq) VALUES (?, ?)");
    this.#delete = db.prepare("DELETE FROM payload WHERE pid = ?");
  }

  /** Undefined for a payload that the log does not have, or has no more. */
  find({ seq, commit }: PayloadPlace): FoundPayload | undefined {
    const entry = this.#entry.get(seq);
    const n = entry === undefined ? -1 : birthsOf(textOf(entry, "bytes")).indexOf(commit);
    const pid = seq * BIRTHS_PER_ENTRY + n;
    const row = n < 0 ? undefined : this.#payload.get(pid);
    return entry && row && { pid, run: textOrNull(entry, "run_id"), filed: row["is_filed"] === 1 ? commit : null };
  }

  erase(pid: number, bySeq: number): void {
    this.#insert.run(pid, bySeq);
    this.#delete.run(pid);
  }
}

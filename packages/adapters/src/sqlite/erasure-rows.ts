import type { DatabaseSync, StatementSync } from "node:sqlite";

import type { ErasureSource } from "@writ/core";

import { BIRTHS_PER_ENTRY } from "./entry-rows.ts";
import { integerOf, textOf, textOrNull } from "./row.ts";

/** Where a payload lies that can be erased. */
export interface FoundPayload {
  readonly pid: number;
  readonly run: string | null;
}

/** Deletes payloads, inside a transaction that somebody else begins and ends. */
export class ErasureRows implements ErasureSource<FoundPayload> {
  readonly #entry: StatementSync;
  readonly #payload: StatementSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;

  constructor(db: DatabaseSync) {
    this.#entry = db.prepare("SELECT bytes FROM entry WHERE seq = ?");
    this.#payload = db.prepare(
      `SELECT p.pid, e.run_id
         FROM payload p JOIN entry e ON e.seq = p.pid / ${BIRTHS_PER_ENTRY} WHERE p.pid = ?`,
    );
    this.#insert = db.prepare("INSERT INTO redaction (pid, by_seq) VALUES (?, ?)");
    this.#delete = db.prepare("DELETE FROM payload WHERE pid = ?");
  }

  entryAt(seq: number): string | undefined {
    const row = this.#entry.get(seq);
    return row && textOf(row, "bytes");
  }

  payloadAt(seq: number, n: number): FoundPayload | undefined {
    const row = n < 0 ? undefined : this.#payload.get(seq * BIRTHS_PER_ENTRY + n);
    return row && { pid: integerOf(row, "pid"), run: textOrNull(row, "run_id") };
  }

  erase(pid: number, bySeq: number): void {
    this.#insert.run(pid, bySeq);
    this.#delete.run(pid);
  }
}

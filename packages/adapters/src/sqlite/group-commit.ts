import type { DatabaseSync, StatementSync } from "node:sqlite";

import { type Hasher, InvariantError, OrchestratorError } from "@writ/core";
import type { Appended } from "@writ/runtime";

import { EntryRows } from "./entry-rows.ts";
import { ErasureRows } from "./erasure-rows.ts";
import { LogGrowth, type LogPosition, type LogRows, type Work } from "./log-growth.ts";
import { integerOf } from "./row.ts";
import { storageFailure } from "./sqlite-failure.ts";
import { ViewRows } from "./view-rows.ts";

/**
 * Commits groups of appends: entries, payloads, documents, views, tiles and head
 * in one transaction. All of it happens on the calling thread.
 */
export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #hash: Hasher;
  readonly #rows: LogRows;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  readonly #size: StatementSync;
  #position: LogPosition;

  constructor(db: DatabaseSync, hash: Hasher, position: LogPosition) {
    this.#db = db;
    this.#hash = hash;
    this.#position = position;
    this.#rows = { entries: new EntryRows(db), views: new ViewRows(db), erasures: new ErasureRows(db) };
    this.#begin = db.prepare("BEGIN IMMEDIATE");
    this.#end = db.prepare("COMMIT");
    this.#size = db.prepare("SELECT size FROM head");
  }

  /**
   * Makes a group durable and answers for each member in order: where it stands, or why it was refused.
   *
   * A member that the database itself refuses is a bug of whoever drafted it: the
   * others are then committed one by one, so that they do not pay for it.
   *
   * @throws what the driver throws when nothing of the group is durable
   */
  commit(group: readonly Work[]): readonly (Appended | Error)[] {
    try {
      const { outcomes, position } = this.transaction(() => this.#place(group));
      this.#position = position;
      return outcomes;
    } catch (error) {
      this.#rows.entries.forget();
      if (storageFailure(error) !== undefined) throw error;
      if (group.length > 1) return group.flatMap((work) => this.commit([work]));
      return [new InvariantError("the database refused an entry", { cause: String(error) })];
    }
  }

  /** Runs `act` in a transaction of its own, between groups. */
  transaction<T>(act: () => T): T {
    this.#begin.run();
    try {
      const result = act();
      this.#end.run();
      return result;
    } finally {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
    }
  }

  #place(group: readonly Work[]): { readonly outcomes: readonly (Appended | Error)[]; readonly position: LogPosition } {
    this.#assertAlone();
    const growth = new LogGrowth(this.#rows, this.#hash, this.#position);
    const outcomes = group.map((work) => growth.place(work));
    return { outcomes, position: growth.finish() };
  }

  /** One process owns the log; if another wrote, what this one knows of it is wrong. */
  #assertAlone(): void {
    const row = this.#size.get();
    if (row !== undefined && integerOf(row, "size") === this.#position.tree.size) return;
    throw new OrchestratorError("audit_unavailable", "another process wrote to this log; end it and start again");
  }
}

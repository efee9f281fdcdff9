import type { DatabaseSync, StatementSync } from "node:sqlite";

import {
  copyTree,
  type EntryDraft,
  type Erasure,
  erasureParts,
  growTree,
  type Hasher,
  InvariantError,
  isLogEnd,
  leafHash,
  logEntryText,
  type LogFacts,
  type LogTree,
  OrchestratorError,
  refusalOf,
} from "@writ/core";

import { EntryRows } from "./entry-rows.ts";
import { ErasureRows } from "./erasure-rows.ts";
import { integerOf } from "./row.ts";
import { storageFailure } from "./sqlite-failure.ts";
import { GroupViews, ViewRows } from "./view-rows.ts";

/** What one append asks for. */
export type Work =
  | { readonly kind: "run"; readonly draft: EntryDraft }
  | { readonly kind: "log"; readonly entry: LogFacts }
  | { readonly kind: "erasure"; readonly erasure: Erasure };

export interface Placed {
  readonly seq: number;
  /** Commitments whose files nothing refers to any more. */
  readonly released: readonly string[];
}

/** The log as the one process that writes it knows it at its start. */
export interface LogPosition {
  readonly log: string;
  readonly tree: LogTree;
  /** Whether its last entry says that nothing follows. */
  readonly isEnded: boolean;
}

const NOTHING: readonly string[] = [];

/**
 * Commits groups of appends: entries, payloads, documents, views, tiles and head
 * in one transaction. All of it happens on the calling thread.
 */
export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #hash: Hasher;
  readonly #log: string;
  readonly #entries: EntryRows;
  readonly #views: ViewRows;
  readonly #erasures: ErasureRows;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  readonly #size: StatementSync;
  #tree: LogTree;
  #isEnded: boolean;

  constructor(db: DatabaseSync, hash: Hasher, { log, tree, isEnded }: LogPosition) {
    this.#db = db;
    this.#hash = hash;
    this.#log = log;
    this.#tree = tree;
    this.#isEnded = isEnded;
    this.#entries = new EntryRows(db);
    this.#views = new ViewRows(db);
    this.#erasures = new ErasureRows(db);
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
  commit(group: readonly Work[]): readonly (Placed | Error)[] {
    const tree = copyTree(this.#tree);
    const isEnded = this.#isEnded;
    try {
      const outcomes = this.transaction(() => this.#placeAll(group, tree));
      this.#tree = tree;
      return outcomes;
    } catch (error) {
      this.#entries.forget();
      this.#isEnded = isEnded;
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

  #placeAll(group: readonly Work[], tree: LogTree): readonly (Placed | Error)[] {
    this.#assertAlone();
    const views = new GroupViews();
    const before = tree.size;
    const outcomes = group.map((work) => this.#place(work, tree, views));
    if (tree.size > before) {
      views.write(this.#views);
      this.#entries.writeHead(tree);
    }
    return outcomes;
  }

  #place(work: Work, tree: LogTree, views: GroupViews): Placed | Error {
    if (this.#isEnded) return new OrchestratorError("log_ended", "this log was ended; work in the one that continues it");
    switch (work.kind) {
      case "run":
        return this.#placeDraft(work.draft, tree, views);
      case "log":
        return { seq: this.#placeFacts(work.entry, tree), released: NOTHING };
      case "erasure":
        return this.#placeErasure(work.erasure, tree);
    }
  }

  #placeDraft(draft: EntryDraft, tree: LogTree, views: GroupViews): Placed | Error {
    const refusal = refusalOf(draft, this.#entries);
    if (refusal !== undefined) return refusal;
    const seq = tree.size;
    const text = `${draft.head}${seq}${draft.tail}`;
    this.#entries.writeRunEntry(seq, draft, text);
    this.#grow(tree, text);
    views.add(draft.views);
    return { seq, released: NOTHING };
  }

  #placeFacts(entry: LogFacts, tree: LogTree): number {
    const seq = tree.size;
    const text = logEntryText(this.#log, seq, entry);
    this.#entries.writeLogEntry(seq, entry.atMs, text);
    this.#grow(tree, text);
    this.#isEnded = isLogEnd(text);
    return seq;
  }

  /** As many entries as its payloads need; the last one's position stands for all. */
  #placeErasure(erasure: Erasure, tree: LogTree): Placed | Error {
    const parts = erasureParts(erasure, (place) => this.#erasures.find(place));
    if (parts instanceof OrchestratorError) return parts;
    let seq = tree.size;
    for (const { entry, payloads } of parts) {
      seq = this.#placeFacts(entry, tree);
      for (const { pid } of payloads) this.#erasures.erase(pid, seq);
    }
    const erased = parts.flatMap(({ payloads }) => payloads);
    this.#views.erase(new Set(erased.flatMap(({ run }) => run ?? [])));
    return { seq, released: erased.flatMap(({ filed }) => filed ?? []) };
  }

  #grow(tree: LogTree, text: string): void {
    for (const tile of growTree(this.#hash, tree, leafHash(this.#hash, text))) this.#entries.writeTile(tile);
  }

  /** One process owns the log; if another wrote, what this one knows of it is wrong. */
  #assertAlone(): void {
    const row = this.#size.get();
    if (row !== undefined && integerOf(row, "size") === this.#tree.size) return;
    throw new OrchestratorError("audit_unavailable", "another process wrote to this log; end it and start again");
  }
}

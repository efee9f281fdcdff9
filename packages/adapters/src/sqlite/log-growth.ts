import {
  copyTree,
  type EntryDraft,
  type Erasure,
  erasureParts,
  growTree,
  type Hasher,
  isLogEnd,
  leafHash,
  logEntryText,
  type LogFacts,
  type LogTree,
  OrchestratorError,
  refusalOf,
} from "@writ/core";
import type { Appended } from "@writ/runtime";

import type { EntryRows } from "./entry-rows.ts";
import type { ErasureRows } from "./erasure-rows.ts";
import { GroupViews, type ViewRows } from "./view-rows.ts";

/** What one append asks for. */
export type Work =
  | { readonly kind: "run"; readonly draft: EntryDraft }
  | { readonly kind: "log"; readonly make: (seq: number) => LogFacts }
  | { readonly kind: "erasure"; readonly erasure: Erasure };

/** Where a log stands. */
export interface LogPosition {
  readonly log: string;
  readonly tree: LogTree;
  /** Whether its last entry says that nothing follows. */
  readonly isEnded: boolean;
}

/** The tables that a group writes to. */
export interface LogRows {
  readonly entries: EntryRows;
  readonly views: ViewRows;
  readonly erasures: ErasureRows;
}

/**
 * One group on its way into the log, inside a transaction: it gives positions,
 * completes the bytes, and knows how the log will stand. If the transaction
 * fails, it is dropped, and nothing outside it has changed.
 */
export class LogGrowth {
  readonly #rows: LogRows;
  readonly #hash: Hasher;
  readonly #log: string;
  readonly #tree: LogTree;
  readonly #before: number;
  readonly #views = new GroupViews();
  #isEnded: boolean;

  constructor(rows: LogRows, hash: Hasher, { log, tree, isEnded }: LogPosition) {
    this.#rows = rows;
    this.#hash = hash;
    this.#log = log;
    this.#tree = copyTree(tree);
    this.#before = tree.size;
    this.#isEnded = isEnded;
  }

  /** Where the work stands now, or why it was refused without a trace. */
  place(work: Work): Appended | Error {
    if (this.#isEnded)
      return new OrchestratorError("log_ended", "this log was ended; work in the one that continues it");
    switch (work.kind) {
      case "run":
        return this.#placeDraft(work.draft);
      case "log":
        return { seq: this.#placeFacts(work.make(this.#tree.size)) };
      case "erasure":
        return this.#placeErasure(work.erasure);
    }
  }

  /** Writes what a group writes once. @returns how the log stands when the transaction is committed */
  finish(): LogPosition {
    if (this.#tree.size > this.#before) {
      this.#views.write(this.#rows.views);
      this.#rows.entries.writeHead(this.#tree);
    }
    return { log: this.#log, tree: this.#tree, isEnded: this.#isEnded };
  }

  #placeDraft(draft: EntryDraft): Appended | Error {
    const refusal = refusalOf(draft, this.#rows.entries);
    if (refusal !== undefined) return refusal;
    const seq = this.#tree.size;
    const text = `${draft.head}${seq}${draft.tail}`;
    this.#rows.entries.writeRunEntry(seq, draft, text);
    this.#grow(text);
    this.#views.add(draft.views);
    return { seq };
  }

  #placeFacts(entry: LogFacts): number {
    const seq = this.#tree.size;
    const text = logEntryText(this.#log, seq, entry);
    this.#rows.entries.writeLogEntry(seq, entry.atMs, text);
    this.#grow(text);
    this.#isEnded = isLogEnd(text);
    return seq;
  }

  /** As many entries as its payloads need; the last one's position stands for all. */
  #placeErasure(erasure: Erasure): Appended | Error {
    const parts = erasureParts(erasure, this.#rows.erasures);
    if (parts instanceof OrchestratorError) return parts;
    let seq = this.#tree.size;
    for (const { entry, payloads } of parts) {
      seq = this.#placeFacts(entry);
      for (const { pid } of payloads) this.#rows.erasures.erase(pid, seq);
    }
    const erased = parts.flatMap(({ payloads }) => payloads);
    this.#views.write(this.#rows.views);
    this.#rows.views.erase(new Set(erased.flatMap(({ run }) => run ?? [])));
    return { seq };
  }

  #grow(text: string): void {
    for (const tile of growTree(this.#hash, this.#tree, leafHash(this.#hash, text))) this.#rows.entries.writeTile(tile);
  }
}

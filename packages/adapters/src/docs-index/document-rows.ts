import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";

import type { FileStat } from "@writ/runtime";

import { DamagedIndex } from "./index-file.ts";
import { searchable } from "./match-expression.ts";

/** What the index last saw of a file. */
export interface KnownDocument {
  readonly id: number;
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  readonly identity: string;
  readonly sha256: string;
  /** Null: the bytes are not text. */
  readonly title: string | null;
}

/** A word of the title, or of the path, counts as much as so many in the body. */
const TITLE_WEIGHT = 5;
const PATH_WEIGHT = 3;

/** Marks around what matched, which no text file holds. */
export const MATCH_BEGIN = "\u0002";
const MATCH_END = "\u0003";

/** The statements on the index; each method is one of them or one transaction. */
export class DocumentRows {
  readonly #database: DatabaseSync;
  readonly #all: StatementSync;
  readonly #stamp: StatementSync;
  readonly #put: StatementSync;
  readonly #forget: StatementSync;
  readonly #putWords: StatementSync;
  readonly #forgetWords: StatementSync;
  readonly #match: StatementSync;
  readonly #text: StatementSync;
  readonly #marked: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#all = database.prepare("SELECT id, path, bytes, modified_ms, identity, sha256, title FROM document");
    this.#stamp = database.prepare("UPDATE document SET bytes = ?, modified_ms = ?, identity = ? WHERE path = ?");
    this.#put = database.prepare(
      `INSERT INTO document (path, bytes, modified_ms, identity, sha256, title, text) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes, modified_ms = excluded.modified_ms,
         identity = excluded.identity, sha256 = excluded.sha256, title = excluded.title, text = excluded.text
       RETURNING id`,
    );
    this.#forget = database.prepare("DELETE FROM document WHERE path = ? RETURNING id");
    this.#putWords = database.prepare("INSERT INTO word (rowid, title, path, body) VALUES (?, ?, ?, ?)");
    // The driver binds numbers as REAL, and FTS5 passes over a rowid that is no INTEGER: every row would match.
    this.#forgetWords = database.prepare("DELETE FROM word WHERE rowid = CAST(? AS INTEGER)");
    this.#match = database.prepare(
      `SELECT rowid AS id, -bm25(word, ${TITLE_WEIGHT}, ${PATH_WEIGHT}, 1) AS rank FROM word WHERE word MATCH ?`,
    );
    this.#text = database.prepare(
      "SELECT coalesce(document.text, word.body) AS text FROM document JOIN word ON word.rowid = document.id WHERE document.id = ?",
    );
    this.#marked = database.prepare(
      `SELECT highlight(word, 2, '${MATCH_BEGIN}', '${MATCH_END}') AS body FROM word WHERE rowid = CAST(? AS INTEGER) AND word MATCH ?`,
    );
  }

  all(): readonly KnownDocument[] {
    return this.#all.all().map((row) => ({
      id: number(row["id"]),
      path: text(row["path"]),
      bytes: number(row["bytes"]),
      modifiedMs: number(row["modified_ms"]),
      identity: text(row["identity"]),
      sha256: text(row["sha256"]),
      title: row["title"] === null ? null : text(row["title"]),
    }));
  }

  /** The file was touched and says the same. */
  stamp({ path, bytes, modifiedAt, identity }: FileStat): void {
    this.#stamp.run(bytes, modifiedAt, identity, path);
  }

  put(stat: FileStat, sha256: string, content: { readonly title: string; readonly text: string } | null): void {
    const { path, bytes, modifiedAt, identity } = stat;
    const body = content === null ? "" : searchable(content.text);
    const kept = content === null || body === content.text ? null : content.text;
    const id = number(this.#put.get(path, bytes, modifiedAt, identity, sha256, content?.title ?? null, kept)?.["id"]);
    this.#forgetWords.run(id);
    if (content !== null) this.#putWords.run(id, searchable(content.title), searchable(path), body);
  }

  forget(path: string): void {
    for (const row of this.#forget.all(path)) this.#forgetWords.run(number(row["id"]));
  }

  /** By id, BM25 with its sign turned: more is better. */
  match(expression: string): ReadonlyMap<number, number> {
    return new Map(this.#match.all(expression).map((row) => [number(row["id"]), number(row["rank"])]));
  }

  /** @throws DamagedIndex if the document has no text */
  text(id: number): string {
    return text(this.#text.get(id)?.["text"]);
  }

  /** The searchable text with `MATCH_BEGIN` before each match; null when only the title matched. */
  marked(id: number, expression: string): string | null {
    const row = this.#marked.get(id, expression);
    return row === undefined ? null : text(row["body"]);
  }

  /** Runs `look` on one state of the index, whatever another process writes meanwhile. */
  snapshot<T>(look: () => T): T {
    this.#database.exec("BEGIN");
    try {
      return look();
    } finally {
      this.#database.exec("COMMIT");
    }
  }

  /** All of `change`, or nothing of it. */
  transact(change: () => void): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      change();
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

function number(value: SQLOutputValue | undefined): number {
  if (typeof value === "number") return value;
  throw new DamagedIndex("a number is missing");
}

function text(value: SQLOutputValue | undefined): string {
  if (typeof value === "string") return value;
  throw new DamagedIndex("a text is missing");
}

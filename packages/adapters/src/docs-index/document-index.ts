import type { EpochMs, Hasher } from "@writ/core";
import type { WorkspaceFiles } from "@writ/runtime";

import { DocumentRows, type KnownDocument } from "./document-rows.ts";
import { DamagedIndex, isDamaged, openIndex, remakeIndex, type IndexFile } from "./index-file.ts";
import { bestLine } from "./best-line.ts";
import { refresh, type Inventory } from "./refresh.ts";

export interface DocumentQuery {
  /** For the full-text engine; null asks for every document. */
  readonly expression: string | null;
  /** Bounds of the modification time, both included. */
  readonly since: EpochMs | null;
  readonly until: EpochMs | null;
  /** Whether a path may be in the answer at all. */
  readonly admits: (path: string) => boolean;
  /** Paths that do not count as documents. */
  readonly excluded: ReadonlySet<string>;
  readonly limit: number;
}

export interface FoundDocument extends KnownDocument {
  readonly title: string;
  readonly text: string;
  /** 1000 for the best answer, others in proportion; all equal without a query. */
  readonly score: number;
  /** From 1: the line with most matches, 1 where only the title matched or nothing was asked. */
  readonly line: number;
}

export interface DocumentAnswer {
  /** By score, then path. */
  readonly found: readonly FoundDocument[];
  /** Documents there are, and documents that match. */
  readonly total: number;
  readonly matched: number;
  readonly excluded: number;
  readonly notText: number;
  readonly inventory: Inventory;
  readonly place: IndexFile["place"];
}

interface OpenIndex {
  readonly file: IndexFile;
  readonly rows: DocumentRows;
}

/** How often the files are looked at again when another process changed the index meanwhile. */
const ROUNDS = 3;

/** Full-text search over the documents of one workspace, kept in a file of its own and brought up to date by each search. */
export class DocumentIndex {
  readonly #path: string;
  readonly #hasher: Hasher;
  #open: OpenIndex | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** Nothing is opened before the first search. @param path of the SQLite file; its folder must exist */
  constructor(path: string, hasher: Hasher) {
    this.#path = path;
    this.#hasher = hasher;
  }

  /**
   * One search after the other. A damaged index is made anew, once.
   *
   * @throws OrchestratorError of the files' port
   */
  search(files: WorkspaceFiles, query: DocumentQuery, signal: AbortSignal): Promise<DocumentAnswer> {
    const answer = this.#last.then(() => this.#repaired(files, query, signal));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  close(): void {
    this.#open?.file.database.close();
    this.#open = null;
  }

  async #repaired(files: WorkspaceFiles, query: DocumentQuery, signal: AbortSignal): Promise<DocumentAnswer> {
    try {
      this.#open ??= prepared(openIndex(this.#path));
      return await this.#answer(this.#open, files, query, signal);
    } catch (error) {
      if (!isDamaged(error)) throw error;
      this.close();
      this.#open = prepared(remakeIndex(this.#path));
      return await this.#answer(this.#open, files, query, signal);
    }
  }

  async #answer(
    index: OpenIndex,
    files: WorkspaceFiles,
    query: DocumentQuery,
    signal: AbortSignal,
  ): Promise<DocumentAnswer> {
    for (let round = 1; ; round += 1) {
      const inventory = await refresh(index.rows, files, this.#hasher, signal);
      const answer = index.rows.snapshot(() => this.#look(index, inventory, query));
      if (answer !== null) return answer;
      if (round === ROUNDS) throw new DamagedIndex("rows that were just written are not there");
    }
  }

  /** Null when a listed document has no row: another process took it away. */
  #look({ rows: index, file }: OpenIndex, inventory: Inventory, query: DocumentQuery): DocumentAnswer | null {
    const rows = index.all().filter(({ path }) => inventory.listed.has(path) && !inventory.unreadable.has(path));
    if (rows.length + inventory.unreadable.size < inventory.listed.size) return null;
    const texts = rows.filter(({ title }) => title !== null);
    const documents = texts.filter(({ path }) => !query.excluded.has(path));
    const admitted = documents.filter((document) => isWithin(document, query) && query.admits(document.path));
    const ranks = query.expression === null ? null : index.match(query.expression);
    const matching = ranks === null ? admitted : admitted.filter(({ id }) => ranks.has(id));
    return {
      found: best(matching, ranks, query.limit).map((document) => this.#found(index, document, query.expression)),
      total: documents.length,
      matched: matching.length,
      excluded: texts.length - documents.length,
      notText: rows.length - texts.length,
      inventory,
      place: file.place,
    };
  }

  #found(index: DocumentRows, document: ScoredDocument, expression: string | null): FoundDocument {
    const text = index.text(document.id);
    if (this.#hasher.sha256Hex(text) !== document.sha256)
      throw new DamagedIndex(`${document.path} is not as it was read`);
    const marked = expression === null ? null : index.marked(document.id, expression);
    return { ...document, title: document.title ?? "", text, line: marked === null ? 1 : bestLine(marked) };
  }
}

interface ScoredDocument extends KnownDocument {
  readonly score: number;
}

const FULL_SCORE = 1_000;

/** Without a query the newest are kept. In any case listed by score, then path. */
function best(
  documents: readonly KnownDocument[],
  ranks: ReadonlyMap<number, number> | null,
  limit: number,
): readonly ScoredDocument[] {
  const top = documents.reduce((most, { id }) => Math.max(most, ranks?.get(id) ?? 0), Number.MIN_VALUE);
  const scored = documents.map((document) => {
    const share = ranks === null ? 1 : (ranks.get(document.id) ?? 0) / top;
    return { ...document, score: Math.round(share * FULL_SCORE) };
  });
  const order = (a: ScoredDocument, b: ScoredDocument): number => b.score - a.score || (a.path < b.path ? -1 : 1);
  if (ranks !== null) return scored.toSorted(order).slice(0, limit);
  const newest = scored.toSorted((a, b) => b.modifiedMs - a.modifiedMs || (a.path < b.path ? -1 : 1));
  return newest.slice(0, limit).toSorted(order);
}

function isWithin({ modifiedMs }: KnownDocument, { since, until }: DocumentQuery): boolean {
  return (since === null || modifiedMs >= since) && (until === null || modifiedMs <= until);
}

/** Statements are prepared against the tables, so damage may show only here. */
function prepared(file: IndexFile): OpenIndex {
  try {
    return { file, rows: new DocumentRows(file.database) };
  } catch (error) {
    file.database.close();
    throw error;
  }
}

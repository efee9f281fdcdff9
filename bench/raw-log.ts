import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** What one entry writes, serialised beforehand. */
export interface RawEntry {
  readonly run: string | null;
  readonly version: number | null;
  readonly atMs: number;
  readonly text: string;
  readonly payloads: readonly { readonly n: number; readonly salt: Uint8Array; readonly bytes: Uint8Array | null }[];
  /** Documents first referred to by this entry, such as the record of a verdict. */
  readonly documents: readonly { readonly digest: string; readonly bytes: string }[];
  readonly status: string;
  readonly tally: string;
}

/** Bytes of a frontier of ten subtrees. */
const FRONTIER = new Uint8Array(320);

export interface RawInserts {
  readonly entries: readonly RawEntry[];
  /** Entries of one transaction. */
  readonly group: number;
  /** View rows that follow each transaction: of its last so many entries. */
  readonly views: number;
}

/**
 * The rows of a log by plain prepared inserts, durable after each group: no
 * tree, no triggers, no checks, no promises.
 *
 * @param warmUp inserted before the clock starts, so that the write-ahead log has the size it has beside a running engine
 * @returns milliseconds
 */
export function insertRaw(folder: string, timed: RawInserts, warmUp: RawInserts = { ...timed, entries: [] }): number {
  const db = openRaw(folder);
  const insert = inserts(db);
  insert(warmUp, 0);
  const startedAt = performance.now();
  insert(timed, warmUp.entries.length);
  const took = performance.now() - startedAt;
  db.close();
  return took;
}

function openRaw(folder: string): DatabaseSync {
  const db = new DatabaseSync(join(folder, "raw.db"));
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000");
  db.exec(`
    CREATE TABLE entry (seq INTEGER PRIMARY KEY, run_id TEXT, version INTEGER, at_ms INTEGER NOT NULL, bytes TEXT NOT NULL) STRICT;
    CREATE UNIQUE INDEX entry_of_run ON entry (run_id, version);
    CREATE TABLE payload (pid INTEGER PRIMARY KEY, salt BLOB NOT NULL, bytes BLOB) STRICT;
    CREATE TABLE document (digest TEXT PRIMARY KEY, bytes TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE run_view (run_id TEXT PRIMARY KEY, status TEXT, version INTEGER, tally TEXT) STRICT, WITHOUT ROWID;
    CREATE TABLE head (id INTEGER PRIMARY KEY, size INTEGER, frontier BLOB) STRICT;
    INSERT INTO head VALUES (1, 0, x'')`);
  return db;
}

function inserts(db: DatabaseSync): (rows: RawInserts, first: number) => void {
  const [begin, commit] = [db.prepare("BEGIN IMMEDIATE"), db.prepare("COMMIT")];
  const entry = db.prepare("INSERT INTO entry VALUES (?, ?, ?, ?, ?)");
  const payload = db.prepare("INSERT INTO payload VALUES (?, ?, ?)");
  const document = db.prepare("INSERT INTO document VALUES (?, ?) ON CONFLICT DO NOTHING");
  const view = db.prepare("INSERT OR REPLACE INTO run_view VALUES (?, ?, ?, ?)");
  const head = db.prepare("UPDATE head SET size = ?, frontier = ?");
  return ({ entries, group, views }, first) => {
    for (let start = 0; start < entries.length; start += group) {
      begin.run();
      const part = entries.slice(start, start + group);
      for (const [index, { run, version, atMs, text, payloads, documents }] of part.entries()) {
        const seq = first + start + index;
        entry.run(seq, run, version, atMs, text);
        for (const { n, salt, bytes } of payloads) payload.run(seq * 4_096 + n, salt, bytes);
        for (const { digest, bytes } of documents) document.run(digest, bytes);
      }
      for (const { run, version, tally, status } of part.slice(-views)) view.run(run, status, version, tally);
      head.run(first + start + part.length, FRONTIER);
      commit.run();
    }
  };
}

/** The rows that an engine left behind, in order; its documents spread evenly, in an order that has nothing to do with their keys. */
export function readRaw(database: string): readonly RawEntry[] {
  const db = new DatabaseSync(database, { readOnly: true });
  const all = (sql: string) => db.prepare(sql).all();
  const payloads = Map.groupBy(all("SELECT pid, salt, bytes FROM payload ORDER BY pid"), ({ pid }) =>
    Math.floor(Number(pid) / 4_096),
  );
  const views = new Map(all("SELECT run_id, status, tally FROM run_view").map((row) => [row["run_id"], row]));
  const documents = all("SELECT digest, bytes FROM document ORDER BY substr(digest, 40)");
  const entries = all("SELECT seq, run_id, version, at_ms, bytes FROM entry WHERE run_id IS NOT NULL ORDER BY seq");
  db.close();
  const share = documents.length / entries.length;
  return entries.map(({ seq, run_id, version, at_ms, bytes }, index) => ({
    run: String(run_id),
    version: Number(version),
    atMs: Number(at_ms),
    text: String(bytes),
    payloads: (payloads.get(Number(seq)) ?? []).map((row) => ({
      n: Number(row["pid"]) % 4_096,
      salt: blobOf(row["salt"]),
      bytes: blobOf(row["bytes"]),
    })),
    documents: documents
      .slice(Math.floor(index * share), Math.floor((index + 1) * share))
      .map((row) => ({ digest: String(row["digest"]), bytes: String(row["bytes"]) })),
    status: String(views.get(run_id)?.["status"]),
    tally: String(views.get(run_id)?.["tally"]),
  }));
}

function blobOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}

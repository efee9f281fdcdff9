import { closeSync, openSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** A copy of what the files say, so it is never migrated: another number means it is made anew. */
const SCHEMA_VERSION = 1;

const SCHEMA = `
  CREATE TABLE document (
    id          INTEGER PRIMARY KEY,
    path        TEXT    NOT NULL UNIQUE,
    bytes       INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL,
    identity    TEXT    NOT NULL,
    sha256      TEXT    NOT NULL,
    title       TEXT,                                    -- null: the bytes are not text
    text        TEXT                                     -- null: the same as word.body
  ) STRICT;
  CREATE VIRTUAL TABLE word USING fts5(title, path, body, tokenize = 'porter unicode61 remove_diacritics 2');
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** How long one process waits while another writes its batch. */
const BUSY_MS = 5_000;

const SQLITE_READONLY = 8;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

/** Where the index lives; `memory` when its file could not be opened or made. */
export interface IndexFile {
  readonly database: DatabaseSync;
  readonly place: "file" | "memory";
}

/**
 * Opens the index. A file that is damaged, or of another version, is thrown away and made anew; one that cannot
 * be made at all is replaced by an index in memory.
 *
 * @param path of the SQLite file; its folder must exist
 */
export function openIndex(path: string): IndexFile {
  try {
    return { database: openFile(path), place: "file" };
  } catch (error) {
    if (isDamaged(error)) return remakeIndex(path);
    if (!cannotBeKept(error)) throw error;
    return memoryIndex();
  }
}

/** Throws the file away and begins an empty one. Another process that has the old one open keeps its own copy. */
export function remakeIndex(path: string): IndexFile {
  try {
    for (const end of ["", "-wal", "-shm", "-journal"]) rmSync(path + end, { force: true });
    return { database: openFile(path), place: "file" };
  } catch (error) {
    if (!cannotBeKept(error)) throw error;
    return memoryIndex();
  }
}

/** Whether the file's content, and not its use, is what SQLite objects to. */
export function isDamaged(error: unknown): boolean {
  return error instanceof DamagedIndex || [SQLITE_CORRUPT, SQLITE_NOTADB].includes(primaryCode(error));
}

/** The rows contradict each other or themselves. */
export class DamagedIndex extends Error {
  override readonly name = "DamagedIndex";
}

function openFile(path: string): DatabaseSync {
  // SQLite would make the file readable by others; its side files follow the mode of the first.
  closeSync(openSync(path, "a", 0o600));
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    prepareSchema(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function memoryIndex(): IndexFile {
  const database = new DatabaseSync(":memory:");
  prepareSchema(database);
  return { database, place: "memory" };
}

/** In one write transaction, so that of two processes that begin together one makes it and one finds it. */
function prepareSchema(database: DatabaseSync): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
    if (version !== SCHEMA_VERSION) {
      const tables = Number(database.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"]);
      if (version !== 0 || tables !== 0) throw new DamagedIndex(`the index has version ${version}`);
      database.exec(SCHEMA);
    }
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

function cannotBeKept(error: unknown): boolean {
  if ([SQLITE_READONLY, SQLITE_FULL, SQLITE_CANTOPEN].includes(primaryCode(error))) return true;
  return error instanceof Error && "syscall" in error;
}

/** SQLite's result code without its extension; -1 for another kind of error. */
function primaryCode(error: unknown): number {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return -1;
  return error.errcode & 0xff;
}

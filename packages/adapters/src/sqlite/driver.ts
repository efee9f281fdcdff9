import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

import { OrchestratorError } from "@writ/core";

import { guarded, storageFailure } from "./sqlite-failure.ts";

/** `WRIT`, in the header of each database of ours. */
export const APPLICATION_ID = 0x57524954;

/** How long another program's lock is waited for, in milliseconds. */
const BUSY_MS = 2_000;

/** What is set on every open and must then be read back: a reopened WAL database can fall back to less. */
const DURABLE: ReadonlyMap<string, number | string> = new Map<string, number | string>([
  ["journal_mode", "wal"],
  ["synchronous", 2],
  ["foreign_keys", 1],
  ["secure_delete", 1],
  ["recursive_triggers", 1],
  ["wal_autocheckpoint", 8_000],
]);

/**
 * A connection that writes to a database of ours.
 *
 * What is deleted is overwritten (`secure_delete`), on this connection always and
 * not for redactions alone: rows of views that hold a goal are replaced all the
 * time, and each old copy would outlive the erasure. It costs nothing measurable.
 *
 * @throws OrchestratorError `not_a_workspace`, `workspace_read_only`, `database_corrupt`, `database_locked`, `disk_full`, `file_io`, `audit_unavailable`
 */
export function openForWriting(file: string): DatabaseSync {
  return writable(file, assertOurs);
}

/** The same for a file that was just made and holds nothing. */
export function openEmpty(file: string): DatabaseSync {
  return writable(file, () => undefined);
}

/**
 * A connection that reads, beside the process that writes or without one.
 *
 * @throws OrchestratorError as `openForWriting`
 */
export function openForReading(file: string): DatabaseSync {
  return opened(file, () => {
    const hasLog = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
    try {
      return checked(connect(file, "mode=ro"), assertOurs);
    } catch (error) {
      // A file system that is mounted read-only has no place for the shared memory of a WAL; without a log none is needed.
      if (hasLog || storageFailure(error)?.code !== "workspace_read_only") throw error;
      return checked(connect(file, "mode=ro&immutable=1"), assertOurs);
    }
  });
}

/** @throws OrchestratorError `audit_unavailable` if this connection would acknowledge what is not on the disk */
export function assertDurable(db: DatabaseSync): void {
  for (const [pragma, wanted] of DURABLE) {
    const found = Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0];
    if (found === wanted) continue;
    const message = `the database cannot be written durably here (${pragma} is ${String(found)}); move the workspace to a local disk`;
    throw new OrchestratorError("audit_unavailable", message, { details: { pragma } });
  }
}

/** Does what another connection may be in the way of, and does not wait for it. */
export function withoutWaiting<T>(db: DatabaseSync, act: () => T): T {
  db.exec("PRAGMA busy_timeout = 0");
  try {
    return act();
  } finally {
    db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
  }
}

/** The form of the database, as its header says. */
export function versionOf(db: DatabaseSync): number {
  return pragmaNumber(db, "user_version");
}

/** Asked before anything is set: the mode of another program's database is not ours to change. */
function assertOurs(db: DatabaseSync): void {
  const application = pragmaNumber(db, "application_id");
  if (application === APPLICATION_ID) return;
  const message = "the database is not one of Writ's; restore the right file, or start anew with writ init";
  throw new OrchestratorError("not_a_workspace", message, { details: { application } });
}

function pragmaNumber(db: DatabaseSync, pragma: string): number {
  const value = guarded(() => db.prepare(`PRAGMA ${pragma}`).get())?.[pragma];
  return typeof value === "number" ? value : 0;
}

function writable(file: string, check: (db: DatabaseSync) => void): DatabaseSync {
  return opened(file, () => {
    // A file it may not write, SQLite opens for reading without a word, as long as a log lies beside it.
    for (const path of [file, dirname(file)]) accessSync(path, constants.R_OK | constants.W_OK);
    return checked(connect(file, "mode=rw"), (db) => {
      check(db);
      for (const [pragma, value] of DURABLE) db.exec(`PRAGMA ${pragma}=${value}`);
      db.exec("PRAGMA trusted_schema=OFF");
      assertDurable(db);
    });
  });
}

function connect(file: string, query: string): DatabaseSync {
  return new DatabaseSync(`${pathToFileURL(file).href}?${query}`, { timeout: BUSY_MS, defensive: true });
}

/** Lets go of a connection that does not pass. */
function checked(db: DatabaseSync, check: (db: DatabaseSync) => void): DatabaseSync {
  try {
    check(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function opened(file: string, open: () => DatabaseSync): DatabaseSync {
  return guarded(() => {
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return open();
    const message = `there is no database at ${file}; restore it from a backup, or start anew with writ init`;
    throw new OrchestratorError("not_a_workspace", message, { details: { file } });
  });
}

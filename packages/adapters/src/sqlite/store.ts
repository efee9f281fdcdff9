import type { DatabaseSync } from "node:sqlite";

import { type Hasher, InvariantError } from "@writ/core";
import type { Store } from "@writ/runtime";

import { sqliteAuditLog } from "./audit-log.ts";
import { backUp } from "./backup.ts";
import { type BlobFiles, blobFiles } from "./blob-files.ts";
import { sqliteDoors } from "./doors.ts";
import { sqliteDeliveries } from "./delivery-rows.ts";
import { sqliteDocuments } from "./documents.ts";
import { assertDurable, openForReading, openForWriting } from "./driver.ts";
import { GroupCommit } from "./group-commit.ts";
import { sqliteJournal } from "./journal.ts";
import { compareWithSeen, readPosition, readStart, type SeenHead } from "./log-position.ts";
import { LogWriter } from "./log-writer.ts";
import { checkReadable, migrate } from "./migrate.ts";
import { guarded, storageFailure } from "./sqlite-failure.ts";
import { sqliteViews } from "./views.ts";

/** Where a log lies. */
export interface LogFiles {
  /** `writ.db`. */
  readonly database: string;
  /** Folder of the payloads that are too large for the database. */
  readonly blobs: string;
}

export interface SqliteStore extends Store {
  /**
   * Writes a copy of the log into a new folder, while it is in use.
   *
   * @throws OrchestratorError `disk_full`, `workspace_read_only`, `file_io`
   */
  backUp(folder: string): Promise<void>;
  /** @throws OrchestratorError `audit_unavailable` unless what is acknowledged is on the disk */
  assertDurable(): void;
}

/**
 * The log for the process that owns the workspace. Held against itself and
 * against what was last seen of it before the first append.
 *
 * @param seen the head remembered outside the workspace; null where there is none
 * @throws OrchestratorError `not_a_workspace`, `workspace_newer`, `workspace_read_only`, `database_corrupt`,
 * `database_locked`, `disk_full`, `file_io`, `log_corrupt`, `log_rolled_back`, `log_forked`
 */
export async function openSqliteStore(files: LogFiles, hash: Hasher, seen: SeenHead | null): Promise<SqliteStore> {
  const db = openForWriting(files.database);
  try {
    migrate(db, files.database);
    const position = guarded(() => readPosition(db, hash));
    if (seen !== null) guarded(() => compareWithSeen(db, hash, position.tree, seen));
    const blobs = blobFiles(files.blobs);
    const writer = new LogWriter(db, new GroupCommit(db, hash, position), blobs);
    await writer.sweep();
    return storeOver(db, files, blobs, writer);
  } catch (error) {
    db.close();
    throw storageFailure(error) ?? error;
  }
}

/**
 * The log for every other process: whatever would write is a bug of the caller.
 *
 * @throws OrchestratorError `not_a_workspace`, `workspace_newer`, `workspace_older`, `database_corrupt`, `database_locked`, `file_io`, `log_corrupt`
 */
export async function readSqliteStore(files: LogFiles): Promise<SqliteStore> {
  const db = openForReading(files.database);
  try {
    checkReadable(db);
    return guarded(() => storeOver(db, files, blobFiles(files.blobs), null));
  } catch (error) {
    db.close();
    throw error;
  }
}

function storeOver(db: DatabaseSync, files: LogFiles, blobs: BlobFiles, writer: LogWriter | null): SqliteStore {
  const { log, origin, tenant } = readStart(db);
  const owner = (): LogWriter => {
    if (writer === null) throw new InvariantError("only the owner of a workspace writes");
    return writer;
  };
  return {
    log: { id: log, origin, tenant },
    journal: sqliteJournal(db, blobs, async (draft) => owner().append(draft)),
    views: sqliteViews(db, async (rows) => owner().rebuild(rows)),
    documents: sqliteDocuments(db, async (documents) => owner().putDocuments(documents)),
    audit: sqliteAuditLog(db, blobs, {
      putSignedHead: async (size, note) => owner().putSignedHead(size, note),
      appendLog: async (entry) => owner().appendLog(entry),
      appendPlaced: async (make) => owner().appendPlaced(make),
      redact: async (erasure) => owner().redact(erasure),
    }),
    doors: sqliteDoors(db, (act) => owner().beside(act)),
    deliveries: sqliteDeliveries(db, (act) => owner().beside(act)),
    backUp: (folder) => backUp(files.database, blobs, folder),
    assertDurable: () => assertDurable(db),
    async close() {
      await writer?.close();
      db.close();
    },
  };
}

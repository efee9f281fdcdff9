import { chmodSync, readFileSync, renameSync, rmSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";

import { OrchestratorError } from "@writ/core";

import { versionOf } from "./driver.ts";
import { guarded } from "./sqlite-failure.ts";

/** Numbered from 1, forward only; a released one is never edited. */
const MIGRATIONS: readonly URL[] = [
  new URL("./migrations/0001_journal.sql", import.meta.url),
  new URL("./migrations/0002_views.sql", import.meta.url),
  new URL("./migrations/0003_notices.sql", import.meta.url),
  new URL("./migrations/0004_waiting.sql", import.meta.url),
  new URL("./migrations/0005_doors.sql", import.meta.url),
  new URL("./migrations/0006_deliveries.sql", import.meta.url),
];

/** The form of database this version writes. */
export const LATEST_VERSION = MIGRATIONS.length;

/**
 * Brings a database to the latest form. A copy of the file as it was stays beside it, as `<file>.v<old version>`.
 *
 * @throws OrchestratorError `workspace_newer` if a later version wrote it
 */
export function migrate(db: DatabaseSync, file: string): void {
  const version = knownVersion(db);
  if (version === LATEST_VERSION) return;
  if (version > 0) guarded(() => copyBefore(db, file, version));
  for (const [index, source] of MIGRATIONS.entries()) if (index >= version) apply(db, source, index + 1);
}

/**
 * The form of a database that is to be read as it is.
 *
 * @throws OrchestratorError `workspace_newer`, `workspace_older`
 */
export function checkReadable(db: DatabaseSync): void {
  const version = knownVersion(db);
  if (version === LATEST_VERSION) return;
  const message = "an earlier version of Writ wrote this workspace; run writ doctor to bring it up to date";
  throw new OrchestratorError("workspace_older", message, { details: { version, latest: LATEST_VERSION } });
}

function knownVersion(db: DatabaseSync): number {
  const version = versionOf(db);
  if (version <= LATEST_VERSION) return version;
  const message = "a later version of Writ wrote this workspace; update Writ";
  throw new OrchestratorError("workspace_newer", message, { details: { version, latest: LATEST_VERSION } });
}

function apply(db: DatabaseSync, source: URL, version: number): void {
  guarded(() => {
    db.exec("BEGIN IMMEDIATE");
    try {
      db.exec(readFileSync(source, "utf8"));
      db.exec(`PRAGMA user_version = ${version}; COMMIT`);
    } finally {
      if (db.isTransaction) db.exec("ROLLBACK");
    }
  });
}

function copyBefore(db: DatabaseSync, file: string, version: number): void {
  const copy = `${file}.v${version}`;
  rmSync(`${copy}.tmp`, { force: true });
  db.prepare("VACUUM INTO ?").run(`${copy}.tmp`);
  chmodSync(`${copy}.tmp`, 0o600);
  renameSync(`${copy}.tmp`, copy);
}

import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

import { OrchestratorError } from "@writ/core";

import { fileError } from "../files/file-error.ts";
import type { WorkspacePaths } from "./layout.ts";

/** Where the database of a log is made that will take another's place. A draft of an attempt that was cut short goes. */
export function nextLogFile({ folder }: WorkspacePaths): string {
  const file = draftOf(folder);
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
  return file;
}

/**
 * Puts the draft in the place of the log that ended. The old database gets a
 * second name first and loses its own last, in one step, so that at no moment
 * there is none.
 *
 * @returns the folder the old log lies in, with its blobs
 * @throws OrchestratorError `database_locked` while another process reads the old one, `file_io`
 */
export function replaceLog(paths: WorkspacePaths, ended: string): string {
  const archive = join(paths.folder, "logs", ended);
  try {
    // What a reader left in the write-ahead log of the old database would be taken for the new one's.
    if ((statSync(`${paths.database}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) {
      throw new OrchestratorError("database_locked", "another process still reads the old log; end it and try again");
    }
    mkdirSync(archive, { recursive: true, mode: 0o700 });
    if (!existsSync(join(archive, "writ.db"))) linkSync(paths.database, join(archive, "writ.db"));
    if (!existsSync(join(archive, "blobs"))) renameSync(paths.blobs, join(archive, "blobs"));
    mkdirSync(paths.blobs, { recursive: true, mode: 0o700 });
    for (const folder of [archive, join(paths.folder, "logs")]) sync(folder);
    for (const suffix of ["-wal", "-shm"]) rmSync(`${paths.database}${suffix}`, { force: true });
    renameSync(draftOf(paths.folder), paths.database);
    sync(paths.folder);
  } catch (error) {
    throw fileError(error, archive, "write");
  }
  return archive;
}

function draftOf(folder: string): string {
  return join(folder, "next.db");
}

function sync(folder: string): void {
  const descriptor = openSync(folder, "r");
  fsyncSync(descriptor);
  closeSync(descriptor);
}

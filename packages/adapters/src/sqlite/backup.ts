import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { backup } from "node:sqlite";

import { type BlobFiles, blobFiles } from "./blob-files.ts";
import { openForReading } from "./driver.ts";
import { storageFailure } from "./sqlite-failure.ts";

/** All pages in one step: between steps, a write by somebody else would start the copy anew. */
const PAGES_A_STEP = 2 ** 31 - 1;

/**
 * Copies a log that is in use: first the database as of one instant, then the
 * files it refers to, which were all there before it did.
 *
 * The copy is made on another thread, so it has a connection of its own: the
 * driver reads a connection's last error without asking who caused it.
 *
 * @param folder must not exist
 * @throws OrchestratorError `workspace_read_only`, `disk_full`, `file_io`
 */
export async function backUp(database: string, blobs: BlobFiles, folder: string): Promise<void> {
  const db = openForReading(database);
  try {
    await mkdir(folder, { mode: 0o700 });
    await backup(db, join(folder, "writ.db"), { rate: PAGES_A_STEP });
    await chmod(join(folder, "writ.db"), 0o600);
    const copies = blobFiles(join(folder, "blobs"));
    for (const commit of await blobs.list()) {
      const bytes = await blobs.read(commit);
      if (bytes !== null) await copies.write(commit, bytes);
    }
  } catch (error) {
    throw storageFailure(error) ?? error;
  } finally {
    db.close();
  }
}

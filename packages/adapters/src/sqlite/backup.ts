import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { backup, type DatabaseSync } from "node:sqlite";

import { type BlobFiles, blobFiles } from "./blob-files.ts";
import { storageFailure } from "./sqlite-failure.ts";

/**
 * Copies a log that is in use: first the database as of one instant, then the
 * files it refers to, which were all there before it did.
 *
 * @param folder must not exist
 * @throws OrchestratorError `workspace_read_only`, `disk_full`, `file_io`
 */
export async function backUp(db: DatabaseSync, blobs: BlobFiles, folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
    await backup(db, join(folder, "writ.db"));
    await chmod(join(folder, "writ.db"), 0o600);
    const copies = blobFiles(join(folder, "blobs"));
    for (const commit of await blobs.list()) {
      const bytes = await blobs.read(commit);
      if (bytes !== null) await copies.write(commit, bytes);
    }
  } catch (error) {
    throw storageFailure(error) ?? error;
  }
}

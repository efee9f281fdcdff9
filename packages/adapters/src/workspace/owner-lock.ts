import { DatabaseSync } from "node:sqlite";

import { OrchestratorError } from "@writ/core";

/** Primary result codes of a lock that another process holds. */
const BUSY: ReadonlySet<number> = new Set([5, 6]);

/** The right to write to a workspace, held until it is released or its process ends. */
export interface OwnerLock {
  release(): void;
}

/**
 * Takes the lock of a workspace, or answers null while another process has it.
 *
 * It is SQLite's own lock on a tiny file, held by a transaction that stays open:
 * the kernel takes it back when the process ends, however that happens, and a
 * child does not inherit it. Nothing else may open that file: closing any
 * descriptor of it in this process would drop the lock.
 *
 * @param waitMs how long two that try at the same instant may wait for each other
 * @throws OrchestratorError `file_io` where the file system has no locks
 */
export function takeOwnerLock(file: string, waitMs: number): OwnerLock | null {
  const db = new DatabaseSync(file, { timeout: waitMs });
  try {
    // Nothing is ever written, so there is no journal to keep on the disk.
    db.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if (error instanceof Error && "errcode" in error && typeof error.errcode === "number") {
      if (BUSY.has(error.errcode & 0xff)) return null;
      const message = "the workspace cannot be locked; move it to a file system with locks";
      throw new OrchestratorError("file_io", message, { details: { file, reported: error.message }, cause: error });
    }
    throw error;
  }
  return { release: () => db.close() };
}

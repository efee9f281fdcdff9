import type { RunId } from "@writ/core";
import type { Signer } from "./signer.ts";

/** Where the keys of one log lie: the one in force, and the one a rotation is about to put in its place. */
export interface KeyRing {
  /** A new key in the second place; one that a cut-short rotation left there is used. */
  next(): Promise<Signer>;
  /** Puts the second key in the place of the first, once the log says so. */
  adopt(): Promise<void>;
}

/** Writes a bundle as a folder of files. */
export interface BundleFolder {
  /** @throws OrchestratorError `folder_not_empty`, `disk_full`, `file_io` */
  write(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void>;
}

/**
 * What lies beside the log and tells what a run held: its readable folder, and what files held before its calls
 * changed them.
 */
export interface RunCopies {
  /**
   * Takes all of it away, durable before it returns.
   *
   * @param keys idempotency keys of the run's calls
   * @throws OrchestratorError `workspace_read_only`, `disk_full`, `file_io`
   */
  withdraw(run: RunId, keys: readonly string[]): Promise<void>;
  /** Writes the readable folder as the log says now. It is a view: where that fails, it is left out. */
  draw(run: RunId): Promise<void>;
}

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

import type { EpochMs } from "@writ/core";

/**
 * The files of a workspace, and nothing beside them. Paths are relative, with
 * `/`; every component is opened by descriptor without following links, so that
 * nothing outside is reached even while somebody swaps folders for links.
 * `.orchestrate/` and `.git/` are closed.
 *
 * @throws OrchestratorError `path_escape`, `path_closed`, `file_not_found`, `file_not_regular`, `file_too_large`, `workspace_read_only`, `disk_full`
 */
export interface WorkspaceFiles {
  /** Absolute path of the root, for mounting it into a sandbox. */
  readonly root: string;
  read(path: string, maxBytes: number): Promise<FileContent>;
  /** Null when there is nothing at `path`. */
  stat(path: string): Promise<FileStat | null>;
  /** Temporary file in the same folder, fsync, rename, fsync of the folder. Missing parent folders are made. */
  write(path: string, bytes: Uint8Array, options: WriteOptions): Promise<FileStat>;
  remove(path: string, options: RemoveOptions): Promise<void>;
  /** How many of the folders on the way to `path` are not there: those that writing it would make. */
  missingFolders(path: string): Promise<number>;
  /**
   * Removes the innermost `most` folders on the way to `path`, up to the first that is not empty. One that was gone
   * already is no error, and one that cannot be removed stays.
   *
   * @returns paths of those that went, the innermost first
   */
  removeEmptyFolders(path: string, most: number): Promise<readonly string[]>;
  /** Regular files below `folder` in order of path; links, fifos and closed folders are left out and counted. */
  list(folder: string, options: ListOptions): Promise<FileListing>;
}

export interface FileContent extends FileStat {
  readonly content: Uint8Array;
}

export interface FileStat {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: EpochMs;
  /** Permission bits, such as `0644`. */
  readonly mode: string;
  /** Hard links; a file with more than one is refused for writing. */
  readonly links: number;
  /** Differs when the file was replaced or touched, even with size and time put back: device, inode and change time. Only to be compared. */
  readonly identity: string;
}

/** What must be there for a change to happen; `absent` is a file that must not exist. A mismatch is `evidence_moved`. */
export type Expected = { readonly sha256: string } | "absent" | "anything";

export interface WriteOptions {
  readonly expect: Expected;
  /** Keeps the old file's mode, else 0644 without the umask's bits. */
  readonly mode: string | null;
}

export interface RemoveOptions {
  readonly expect: Expected;
}

export interface ListOptions {
  /** Glob patterns of which one must match; empty means all. */
  readonly include: readonly string[];
  /** Names of folders that are not entered at any depth, such as `node_modules`. */
  readonly skipFolders: readonly string[];
  readonly maxFiles: number;
}

export interface FileListing {
  readonly files: readonly FileStat[];
  readonly skipped: { readonly links: number; readonly special: number; readonly folders: number };
  /** True when `maxFiles` cut the list. */
  readonly truncated: boolean;
}

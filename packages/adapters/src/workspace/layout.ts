import { join } from "node:path";

/** The folder that makes a folder a workspace. */
export const WORKSPACE_FOLDER = ".orchestrate";

/** Where the parts of a workspace lie. */
export interface WorkspacePaths {
  /** The folder the user works in. */
  readonly root: string;
  /** `.orchestrate`, closed to every tool. */
  readonly folder: string;
  /** The journal, the truth. */
  readonly database: string;
  /** Payloads too large for the database. */
  readonly blobs: string;
  /** Readable evidence, a view. */
  readonly runs: string;
  /** Locked by the process that owns the workspace; never opened by other means. */
  readonly ownerLock: string;
  /** What that process says of itself. */
  readonly ownerRecord: string;
}

/** @param folder where `.orchestrate` is being made under another name */
export function workspacePaths(root: string, folder = join(root, WORKSPACE_FOLDER)): WorkspacePaths {
  return {
    root,
    folder,
    database: join(folder, "writ.db"),
    blobs: join(folder, "blobs"),
    runs: join(folder, "runs"),
    ownerLock: join(folder, "owner.lock"),
    ownerRecord: join(folder, "owner.json"),
  };
}

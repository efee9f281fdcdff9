import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { OrchestratorError } from "@writ/core";

import { fileError } from "../files/file-error.ts";
import { errnoOf } from "../system/errno.ts";
import { lookAt } from "./find.ts";
import { WORKSPACE_FOLDER, type WorkspacePaths, workspacePaths } from "./layout.ts";

/**
 * Makes a folder a workspace, whole or not at all: everything is made under
 * another name, and the last step gives it its own.
 *
 * @param root an existing folder of the user's
 * @param createLog makes the database where the paths say
 * @throws OrchestratorError `workspace_exists`, `workspace_foreign`, `workspace_not_found` if there is no such folder,
 * `workspace_read_only`, `disk_full`, `file_io`, or what `createLog` throws
 */
export function initWorkspace(root: string, uid: number, createLog: (paths: WorkspacePaths) => void): WorkspacePaths {
  const folder = statSync(root, { throwIfNoEntry: false });
  if (folder?.isDirectory() !== true) {
    throw new OrchestratorError("workspace_not_found", `there is no folder ${root}; make it first`, {
      details: { root },
    });
  }
  if (folder.uid !== uid) {
    throw new OrchestratorError(
      "workspace_foreign",
      `the folder ${root} belongs to another user; choose one of yours`,
      { details: { root } },
    );
  }
  if (lookAt(join(root, WORKSPACE_FOLDER)) !== null) return refuseSecond(root);
  return named(root, () => {
    const draft = mkdtempSync(join(root, `${WORKSPACE_FOLDER}-`));
    try {
      fill(workspacePaths(root, draft), createLog);
      rename(draft, root);
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      throw error;
    }
    sync(root);
    return workspacePaths(root);
  });
}

/** All of it is for its owner alone, and no version control is to take it up. */
function fill(paths: WorkspacePaths, createLog: (paths: WorkspacePaths) => void): void {
  for (const folder of [paths.blobs, paths.runs]) mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(paths.folder, ".gitignore"), "*\n", { mode: 0o600 });
  writeFileSync(paths.ownerLock, "", { mode: 0o600 });
  createLog(paths);
  sync(paths.folder);
}

function rename(draft: string, root: string): void {
  try {
    renameSync(draft, join(root, WORKSPACE_FOLDER));
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(errnoOf(error) ?? "")) throw error;
    refuseSecond(root);
  }
}

function refuseSecond(root: string): never {
  throw new OrchestratorError("workspace_exists", `${root} is a workspace already; writ list shows what is in it`, {
    details: { root },
  });
}

function sync(folder: string): void {
  const descriptor = openSync(folder, "r");
  fsyncSync(descriptor);
  closeSync(descriptor);
}

function named<T>(root: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw fileError(error, root, "write");
  }
}

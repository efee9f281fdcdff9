import { lstatSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";

import { OrchestratorError } from "@writ/core";

import { errnoOf } from "../system/errno.ts";
import { WORKSPACE_FOLDER, type WorkspacePaths, workspacePaths } from "./layout.ts";

/**
 * The workspace that a folder belongs to: the nearest ancestor, itself included,
 * on the same file system that has an `.orchestrate`.
 *
 * One that somebody else owns is refused and not passed over: what it holds would
 * act with the rights of whoever comes by.
 *
 * @param uid who asks
 * @throws OrchestratorError `workspace_not_found`, `workspace_foreign`
 */
export function findWorkspace(from: string, uid: number): WorkspacePaths {
  const start = realPath(from);
  const { dev } = statSync(start);
  for (let folder = start; statSync(folder).dev === dev; folder = dirname(folder)) {
    const found = lookAt(join(folder, WORKSPACE_FOLDER));
    if (found !== null) return checkedOwner(folder, found, uid);
    if (dirname(folder) === folder) break;
  }
  return notFound(from);
}

/** @throws OrchestratorError `workspace_foreign` unless folder and `.orchestrate` are the user's own */
function checkedOwner(root: string, found: Stats, uid: number): WorkspacePaths {
  const owners = [found.uid, statSync(root).uid];
  if (found.isDirectory() && owners.every((owner) => owner === uid)) return workspacePaths(root);
  const message = `the workspace at ${root} belongs to another user, or is no plain folder; work as its owner, or make your own with writ init`;
  throw new OrchestratorError("workspace_foreign", message, { details: { root, owner: found.uid, uid } });
}

/** Null where there is nothing of that name; a link is looked at, not followed. */
export function lookAt(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

function realPath(from: string): string {
  try {
    return realpathSync(from);
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return notFound(from);
  }
}

function notFound(from: string): never {
  throw new OrchestratorError("workspace_not_found", `there is no workspace at or above ${from}; try writ init`, {
    details: { from },
  });
}

import { chmod, lchown, lstat, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { OrchestratorError } from "@writ/core";
import type { Mount, WorkspaceFiles } from "@writ/runtime";

import { copyTree, type CopiedTree } from "../files/copy-tree.ts";
import { fileError } from "../files/file-error.ts";
import { namesIn } from "../files/names-in.ts";
import { parsePath } from "../files/path.ts";
import { openWorkspaceFiles } from "../files/workspace-files.ts";
import { errnoOf } from "../system/errno.ts";
import { processIdentity } from "../system/processes.ts";
import { runsAsRoot, SANDBOX_USER } from "../system/sandbox-user.ts";

/** Where the copy stands in the sandbox. */
export const STAGED_ROOT = "/workspace";

/** Installed by a package manager: shown as they are, for reading, and not copied. */
const SHOWN_FOLDERS: ReadonlySet<string> = new Set(["node_modules", ".venv", "venv"]);

const MAX_FILES = 100_000;
const MAX_BYTES = 2 ** 31;

/** A copy of the workspace that a command may do to what it likes; gone when it is disposed of. */
export interface Staging extends AsyncDisposable {
  readonly files: WorkspaceFiles;
  readonly copied: CopiedTree;
  /** Names of folders that are shown and not copied. */
  readonly shown: ReadonlySet<string>;
  readonly mounts: readonly Mount[];
  /** Gives the copy to whom the sandbox makes of a program; to be called after the last change from outside. */
  handOver(): Promise<void>;
}

let counter = 0;

/**
 * @param place folder of the user's own for such copies, on the workspace's file system if blocks are to be shared;
 *   not one that sandboxes hide
 * @param folder the part of the workspace that is needed, relative to it; `.` for all
 * @throws OrchestratorError `workspace_too_large`, `path_escape`, `path_closed`, `file_not_found`, `disk_full`
 */
export async function openStaging(
  workspace: WorkspaceFiles,
  place: string,
  folder: string,
  signal: AbortSignal,
): Promise<Staging> {
  await sweepStaging(place);
  const root = join(place, `${process.pid}-${processIdentity(process.pid)?.startTime ?? 0}-${counter++}`);
  const discard = async (): Promise<void> => await removeTree(root);
  try {
    await mkdir(root, { recursive: true, mode: 0o700 });
    const copied = await copyTree(workspace.root, root, {
      within: partsOf(folder),
      noted: SHOWN_FOLDERS,
      except: place,
      maxFiles: MAX_FILES,
      maxBytes: MAX_BYTES,
      signal,
    });
    const shown = copied.noted.map((path): Mount => ({
      host: join(workspace.root, path),
      inside: `${STAGED_ROOT}/${path}`,
      access: "read",
    }));
    return {
      files: await openWorkspaceFiles(root),
      copied,
      shown: SHOWN_FOLDERS,
      mounts: [{ host: root, inside: STAGED_ROOT, access: "write" }, ...shown],
      handOver: async () => (runsAsRoot ? await giveAway(root) : undefined),
      [Symbol.asyncDispose]: discard,
    };
  } catch (error) {
    await discard();
    signal.throwIfAborted();
    throw fileError(error, folder, "write");
  }
}

/** Removes copies whose process ended without removing them. @returns how many */
export async function sweepStaging(place: string): Promise<number> {
  const names = await namesIn(place);
  const dead = names.filter((name) => isOfDeadProcess(name));
  for (const name of dead) await removeTree(join(place, name));
  return dead.length;
}

function isOfDeadProcess(name: string): boolean {
  const [pid, startTime] = /^([0-9]+)-([0-9]+)-[0-9]+$/.exec(name)?.slice(1).map(Number) ?? [];
  return pid !== undefined && processIdentity(pid)?.startTime !== startTime;
}

/** @throws OrchestratorError `path_escape`, `path_closed` */
export function partsOf(folder: string): readonly string[] {
  if (folder === ".") return [];
  const parsed = parsePath(folder);
  if (!parsed.ok) throw new OrchestratorError(parsed.error.code, parsed.error.message);
  return parsed.value;
}

async function giveAway(path: string): Promise<void> {
  const { uid, gid } = SANDBOX_USER;
  await lchown(path, uid, gid);
  if (!(await lstat(path)).isDirectory()) return;
  for (const name of await readdir(path)) await giveAway(join(path, name));
}

/** Also where a command took the right to enter or to write from its folders. Nobody else is in there any more. */
async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (errnoOf(error) !== "EACCES" && errnoOf(error) !== "EPERM") throw error;
    await openFolders(path);
    await rm(path, { recursive: true, force: true });
  }
}

async function openFolders(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await openFolders(join(path, name));
}

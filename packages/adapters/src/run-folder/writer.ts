import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { mkdir, open, readdir, rm } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { setImmediate } from "node:timers/promises";

import type { FolderFile } from "@writ/core";

import { fileError } from "../files/file-error.ts";
import { errnoOf } from "../system/errno.ts";
import { processIdentity } from "../system/processes.ts";

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
/**
 * Files that are looked at and written before something else gets its turn. One file takes four calls of some
 * microseconds, and each would take ten times that on another thread: a run leaves a file a step.
 */
const A_TURN = 32;

/** How many files of a folder were written anew, were right already, or had to go. */
export interface FolderChange {
  readonly written: number;
  readonly unchanged: number;
  readonly removed: number;
}

/**
 * Makes a folder hold exactly these files, each whole or not at all. A file that
 * is right already stays as it is; one that is not asked for goes, since what
 * was erased from the journal must not live on in a view of it.
 *
 * Nothing is synced to the disk: the journal can make the folder again.
 *
 * @param folder nobody else's; made where it is missing
 * @throws OrchestratorError `workspace_read_only`, `disk_full`, `file_io`
 */
export async function writeRunFolder(folder: string, files: readonly FolderFile[]): Promise<FolderChange> {
  try {
    return await written(folder, files);
  } catch (error) {
    throw fileError(error, folder, "write");
  }
}

async function written(folder: string, files: readonly FolderFile[]): Promise<FolderChange> {
  const wanted = new Map(files.map((file) => [file.path, file]));
  const there = new Set(await filesIn(folder));
  const gone = [...there].filter((path) => !wanted.has(path) && !isBeingWritten(path));
  for (const path of gone) await rm(join(folder, path), { force: true });
  for (const path of new Set([...wanted.keys()].map((path) => dirname(join(folder, path))))) {
    await mkdir(path, { recursive: true, mode: PRIVATE_FOLDER });
  }
  let changed = 0;
  let looked = 0;
  for (const { path, bytes } of wanted.values()) {
    const isRight = there.has(path) && bytesAt(join(folder, path))?.equals(bytes) === true;
    if (!isRight) {
      writeOne(join(folder, path), bytes);
      changed += 1;
    }
    looked += 1;
    if (looked % A_TURN === 0) await setImmediate();
  }
  return { written: changed, unchanged: wanted.size - changed, removed: gone.length };
}

/** Another process that lives is about to give it its name. */
function isBeingWritten(path: string): boolean {
  const pid = Number(/\.([0-9]+)\.tmp$/.exec(path)?.[1] ?? process.pid);
  return pid !== process.pid && processIdentity(pid) !== null;
}

function writeOne(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, bytes, { mode: PRIVATE_FILE });
  renameSync(temporary, path);
}

function bytesAt(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** Paths of all files below a folder, relative to it; none where there is no folder. */
async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

/** Names of the folders of runs that lie in `runs`, none where it is missing. */
export async function listRunFolders(runs: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(runs, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw fileError(error, runs, "read");
  }
}

/** Removes the folder of a run, durable before it returns. @throws OrchestratorError `workspace_read_only`, `file_io` */
export async function removeRunFolder(runs: string, run: string): Promise<void> {
  try {
    await rm(join(runs, run), { recursive: true, force: true });
    await using folder = await open(runs, "r");
    await folder.sync();
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw fileError(error, runs, "write");
  }
}

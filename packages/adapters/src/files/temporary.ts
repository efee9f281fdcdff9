import { constants, existsSync } from "node:fs";
import { open, readdir, unlink, type FileHandle } from "node:fs/promises";

import type { Folder } from "./descriptor.ts";
import { errnoOf } from "../system/errno.ts";
import { TEMPORARY_NAME } from "./path.ts";

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

let counter = 0;

/**
 * A new file in `folder` for bytes that are not there yet: `.writ-<process>-<counter>.tmp`.
 *
 * No randomness is needed, since the file must not exist; a leftover of an earlier process with the same
 * number is stepped over.
 */
export async function openTemporary(
  folder: Folder,
  mode: number,
): Promise<{ readonly name: string; readonly handle: FileHandle }> {
  for (;;) {
    const name = `.writ-${process.pid}-${(counter++).toString(36)}.tmp`;
    try {
      return { name, handle: await open(folder.at(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode) };
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error;
    }
  }
}

/** Removes what writers that no longer live left behind in the folder. */
export async function sweepTemporaries(folder: Folder): Promise<void> {
  for (const name of await readdir(folder.at("."))) {
    if (TEMPORARY_NAME.test(name) && !isOwnerAlive(name)) await removeIfThere(folder, name);
  }
}

export async function removeIfThere(folder: Folder, name: string): Promise<void> {
  try {
    await unlink(folder.at(name));
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}

function isOwnerAlive(name: string): boolean {
  const pid = Number(name.split("-")[1]);
  if (pid === process.pid) return true;
  if (existsSync("/proc/self")) return existsSync(`/proc/${pid}`);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === "EPERM";
  }
}

import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsync,
  lstatSync,
  mkdirSync,
  openSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { OrchestratorError } from "@writ/core";

import { errnoOf } from "../system/errno.ts";

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;

/**
 * How a part of a path is found. `descriptor`: in the open folder itself, so that nobody can put a link in
 * the way (Linux). `path`: by its name after a look at it, which leaves a moment in which a folder can be
 * swapped for a link; every other platform has only that, since Node has no `openat`.
 */
export type Lookup = "descriptor" | "path";

export const PLATFORM_LOOKUP: Lookup =
  process.platform === "linux" && existsSync("/proc/self/fd") ? "descriptor" : "path";

const synced = promisify(fsync);

/**
 * A folder held open. Opening and looking are asked of the system at once: handing each of them to another thread takes
 * many times what the answer does, and the journal waits for the same disk in the same way.
 */
export interface Folder extends Disposable {
  readonly lookup: Lookup;
  /** A path that names `name` in this very folder, for system calls that do not follow a link in the last part. */
  at(name: string): string;
  /** Makes renames and removals in it survive a loss of power. */
  sync(): Promise<void>;
  stat(): Stats;
}

/** A folder as it was when it was first looked at. */
export interface Root {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
}

/** @throws OrchestratorError `path_escape` if another folder, or none, has the name by now */
export function openRoot(root: Root, lookup: Lookup): Folder {
  const folder = openFirst(root.path, lookup);
  const now = folder?.stat();
  if (folder !== null && now?.dev === root.dev && now.ino === root.ino) return folder;
  folder?.[Symbol.dispose]();
  const message = `${JSON.stringify(root.path)} is not the folder it was when the workspace was opened; open it again.`;
  throw new OrchestratorError("path_escape", message);
}

function openFirst(path: string, lookup: Lookup): Folder | null {
  try {
    return hold(openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), path, lookup);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ELOOP"].includes(errnoOf(error) ?? "")) return null;
    throw error;
  }
}

/**
 * Opens a folder in a folder.
 *
 * @throws OrchestratorError `path_escape` if a link stands there; else the system call's error
 */
export function openFolder(parent: Folder, name: string): Folder {
  const path = parent.at(name);
  if (parent.lookup === "path") refuseLink(lstatSync(path), name);
  try {
    return hold(openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), path, parent.lookup);
  } catch (error) {
    if (errnoOf(error) !== "ENOTDIR" && errnoOf(error) !== "ELOOP") throw error;
    const there = lookAt(parent, name);
    if (there !== null) refuseLink(there, name);
    // A link answers ENOTDIR as a file does. If none of them stands there now, somebody is swapping them.
    if (there === null || there.isDirectory()) swapped(name);
    throw error;
  }
}

/** Opens the folder below `root` that `names` lead to; the folders on the way are closed again. */
export async function descend(root: Folder, names: readonly string[], missing: "refuse" | "make"): Promise<Folder> {
  let folder = root;
  for (const name of names) {
    try {
      if (missing === "make") await makeFolder(folder, name);
      const next = openFolder(folder, name);
      if (folder !== root) folder[Symbol.dispose]();
      folder = next;
    } catch (error) {
      if (folder !== root) folder[Symbol.dispose]();
      throw error;
    }
  }
  return folder;
}

/** What stands at a name, a link itself and not what it leads to; null when nothing does. */
export function lookAt(folder: Folder, name: string): Stats | null {
  try {
    return lstatSync(folder.at(name));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  }
}

export function refuseLink(stats: Stats, name: string): void {
  if (!stats.isSymbolicLink()) return;
  throw new OrchestratorError(
    "path_escape",
    `${JSON.stringify(name)} is a symbolic link; name the real file or folder.`,
    {
      details: { name },
    },
  );
}

function swapped(name: string): never {
  throw new OrchestratorError(
    "path_escape",
    `${JSON.stringify(name)} was changed while it was opened; try again when it is left alone.`,
  );
}

async function makeFolder(parent: Folder, name: string): Promise<void> {
  if (lookAt(parent, name) !== null) return;
  try {
    mkdirSync(parent.at(name));
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
  await parent.sync();
}

function hold(fd: number, path: string, lookup: Lookup): Folder {
  const place = lookup === "descriptor" ? `/proc/self/fd/${fd}` : path;
  return {
    lookup,
    at: (name) => join(place, name),
    sync: () => synced(fd),
    stat: () => fstatSync(fd),
    [Symbol.dispose]: () => closeSync(fd),
  };
}

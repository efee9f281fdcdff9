import { closeSync, constants, fstatSync, openSync, readFile, readFileSync, type Stats } from "node:fs";
import { promisify } from "node:util";

import { epochMs, OrchestratorError } from "@writ/core";
import type { FileStat } from "@writ/runtime";

import { lookAt, refuseLink, type Folder } from "./descriptor.ts";

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/** What is read at once, in bytes; more is left to another thread, so that nothing else waits for it. */
const READ_AT_ONCE = 262_144;

const readElsewhere = promisify(readFile);

/** A regular file held open for reading. */
export interface OpenFile extends Disposable {
  readonly fd: number;
  readonly stats: Stats;
  content(): Promise<Buffer>;
}

export function toFileStat(path: string, stats: Stats): FileStat {
  return {
    path,
    bytes: stats.size,
    modifiedAt: epochMs(Math.max(0, Math.floor(stats.mtimeMs))),
    mode: (stats.mode & 0o777).toString(8).padStart(4, "0"),
    links: stats.nlink,
    identity: `${stats.dev}:${stats.ino}:${stats.ctimeMs}`,
  };
}

/** @throws OrchestratorError `path_escape` for a link, `file_not_regular` for anything else that is no plain file */
export function requireRegular(stats: Stats, path: string): void {
  refuseLink(stats, path);
  if (stats.isFile()) return;
  const kind = stats.isDirectory() ? "a folder" : "a pipe, a socket or a device";
  throw new OrchestratorError("file_not_regular", `${JSON.stringify(path)} is ${kind}; name a regular file.`, {
    details: { path },
  });
}

/** Opens a regular file for reading; does not follow a link and does not wait for a pipe's other end. Null when nothing is there. */
export function openRegular(folder: Folder, name: string, path: string): OpenFile | null {
  // Looked at first, since merely opening some devices has an effect; and again once it is open, since it may have been swapped.
  const before = lookAt(folder, name);
  if (before === null) return null;
  requireRegular(before, path);
  const fd = openSync(folder.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    requireRegular(stats, path);
    return {
      fd,
      stats,
      content: async () => (stats.size > READ_AT_ONCE ? await readElsewhere(fd) : readFileSync(fd)),
      [Symbol.dispose]: () => closeSync(fd),
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

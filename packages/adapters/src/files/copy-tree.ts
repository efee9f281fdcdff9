import { constants, type Stats } from "node:fs";
import { copyFile, lstat, mkdir, readdir, readlink, stat, symlink, utimes } from "node:fs/promises";
import { join } from "node:path";

import { OrchestratorError } from "@writ/core";

import { errnoOf } from "../system/errno.ts";
import { descend, lookAt, openFolder, openRoot, PLATFORM_LOOKUP, type Folder } from "./descriptor.ts";
import { openRegular, toFileStat, type OpenFile } from "./file-stat.ts";
import { CLOSED_NAMES, isClosed, TEMPORARY_NAME } from "./path.ts";

export interface CopyOptions {
  /** A folder of the tree; only it is copied, at its own place. Empty for all. */
  readonly within: readonly string[];
  /** Names of folders that are noted and left empty at any depth. */
  readonly noted: ReadonlySet<string>;
  /** A folder that is not copied wherever it stands, such as the one that copies are made in. */
  readonly except: string;
  readonly maxFiles: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface CopiedTree {
  /** Each regular file with what it was when it was copied; see `FileStat.identity`. */
  readonly files: ReadonlyMap<string, string>;
  readonly noted: readonly string[];
  readonly bytes: number;
  /** Closed and excepted folders, pipes, sockets, devices, names that are no text and files that may not be read. */
  readonly leftOut: number;
}

/** Files copied at once. */
const WIDTH = 16;

interface Copying extends CopyOptions {
  readonly excepted: Pick<Stats, "dev" | "ino">;
  readonly files: Map<string, string>;
  readonly notedPaths: string[];
  readonly tally: { bytes: number; leftOut: number };
}

/**
 * Copies a tree into a new folder, by descriptor, with the blocks shared where the file system can. Links are
 * copied as links and not followed; what is closed to tools is left out at every depth.
 *
 * @throws OrchestratorError `workspace_too_large`, `path_escape`, `file_not_found`
 */
export async function copyTree(source: string, target: string, options: CopyOptions): Promise<CopiedTree> {
  const { dev, ino } = await lstat(source);
  using root = openRoot({ path: source, dev, ino }, PLATFORM_LOOKUP);
  const start = await descend(root, options.within, "refuse");
  const excepted = await stat(options.except);
  const copying: Copying = { ...options, excepted, files: new Map(), notedPaths: [], tally: { bytes: 0, leftOut: 0 } };
  try {
    await mkdir(join(target, ...options.within), { recursive: true });
    await copyFolder(
      copying,
      start,
      join(target, ...options.within),
      options.within.map((name) => `${name}/`).join(""),
    );
  } finally {
    if (start !== root) start[Symbol.dispose]();
  }
  return { files: copying.files, noted: copying.notedPaths, ...copying.tally };
}

async function copyFolder(copying: Copying, from: Folder, to: string, prefix: string): Promise<void> {
  copying.signal.throwIfAborted();
  const names = (await readdir(from.at("."))).filter((name) => !TEMPORARY_NAME.test(name));
  const folders: string[] = [];
  for (let at = 0; at < names.length; at += WIDTH) {
    const batch = names.slice(at, at + WIDTH);
    await Promise.all(
      batch.map(async (name) =>
        (await copyEntry(copying, from, name, to, prefix)) === "folder" ? folders.push(name) : null,
      ),
    );
  }
  for (const name of folders.sort()) {
    await mkdir(join(to, name));
    if (copying.noted.has(name)) {
      copying.notedPaths.push(prefix + name);
      continue;
    }
    using folder = openFolder(from, name);
    await copyFolder(copying, folder, join(to, name), `${prefix}${name}/`);
  }
}

/** Copies anything but a folder, which it only recognises: folders are entered one after the other. */
async function copyEntry(
  copying: Copying,
  from: Folder,
  name: string,
  to: string,
  prefix: string,
): Promise<"folder" | "done"> {
  const stats = lookAt(from, name);
  if (stats === null) return "done";
  const { dev, ino } = copying.excepted;
  const isOurs = !isClosed(name, CLOSED_NAMES) && !name.includes("\ufffd") && !(stats.ino === ino && stats.dev === dev);
  if (isOurs && stats.isDirectory()) return "folder";
  if (isOurs && stats.isSymbolicLink()) await copyLink(from, name, join(to, name));
  else if (isOurs && stats.isFile()) await copyRegular(copying, from, name, join(to, name), prefix + name);
  else copying.tally.leftOut += 1;
  return "done";
}

async function copyLink(from: Folder, name: string, to: string): Promise<void> {
  try {
    await symlink(await readlink(from.at(name)), to);
  } catch (error) {
    // Swapped since it was looked at: a file that is no link any more was none to copy.
    if (errnoOf(error) !== "EINVAL" && errnoOf(error) !== "ENOENT") throw error;
  }
}

async function copyRegular(copying: Copying, from: Folder, name: string, to: string, path: string): Promise<void> {
  using opened = openReadable(from, name, path);
  if (opened === null) {
    copying.tally.leftOut += 1;
    return;
  }
  count(copying, opened.stats);
  // The open file itself, whatever has its name by now.
  const source = from.lookup === "descriptor" ? `/proc/self/fd/${opened.fd}` : from.at(name);
  await copyFile(source, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  await utimes(to, opened.stats.atime, opened.stats.mtime);
  copying.files.set(path, toFileStat(path, opened.stats).identity);
}

/** Null for a file that is gone, or that we may not read and a command of ours may not either. */
function openReadable(from: Folder, name: string, path: string): OpenFile | null {
  try {
    return openRegular(from, name, path);
  } catch (error) {
    if (errnoOf(error) === "EACCES") return null;
    throw error;
  }
}

function count({ files, tally, maxFiles, maxBytes }: Copying, stats: Stats): void {
  tally.bytes += stats.size;
  if (files.size < maxFiles && tally.bytes <= maxBytes) return;
  const message = `the folder has more than ${maxFiles} files or ${maxBytes} bytes, too many to copy; name a sub-folder.`;
  throw new OrchestratorError("workspace_too_large", message, { details: { files: files.size, bytes: tally.bytes } });
}

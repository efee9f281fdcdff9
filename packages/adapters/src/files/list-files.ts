import { isUtf8 } from "node:buffer";
import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";

import { OrchestratorError } from "@writ/core";
import type { FileListing, FileStat, ListOptions } from "@writ/runtime";

import { lookAt, openFolder, type Folder } from "./descriptor.ts";
import { errnoOf } from "../system/errno.ts";
import { toFileStat } from "./file-stat.ts";
import { isClosed, TEMPORARY_NAME } from "./path.ts";

interface Walk {
  readonly closed: readonly string[];
  readonly matches: (path: string) => boolean;
  readonly maxFiles: number;
  readonly files: FileStat[];
  readonly skipFolders: ReadonlySet<string>;
  readonly skipped: { links: number; special: number; folders: number };
}

/** Regular files below the folder, in order of path. One more than `maxFiles` is looked for, so that a cut is known. */
export async function listFilesIn(
  folder: Folder,
  prefix: string,
  closed: readonly string[],
  options: ListOptions,
): Promise<FileListing> {
  const matches = await matcher(options.include);
  const walk: Walk = {
    closed,
    matches,
    maxFiles: options.maxFiles,
    files: [],
    skipFolders: new Set(options.skipFolders),
    skipped: { links: 0, special: 0, folders: 0 },
  };
  await walkFolder(walk, folder, prefix);
  const truncated = walk.files.length > options.maxFiles;
  return { files: walk.files.slice(0, options.maxFiles), skipped: walk.skipped, truncated };
}

async function matcher(include: readonly string[]): Promise<(path: string) => boolean> {
  if (include.length === 0) return () => true;
  const { default: picomatch } = await import("picomatch");
  return picomatch([...include], { dot: true });
}

async function walkFolder(walk: Walk, folder: Folder, prefix: string): Promise<void> {
  const entries = (await readdir(folder.at("."), { withFileTypes: true, encoding: "buffer" })).map(toNamed);
  entries.sort((a, b) => (a.order < b.order ? -1 : 1));
  for (const { name, entry } of entries) {
    if (walk.files.length > walk.maxFiles) return;
    if (name !== null && TEMPORARY_NAME.test(name)) continue;
    if (entry.isSymbolicLink()) walk.skipped.links += 1;
    else if (name === null || isClosed(name, walk.closed)) walk.skipped.special += 1;
    else if (entry.isDirectory() && walk.skipFolders.has(name)) walk.skipped.folders += 1;
    else if (entry.isDirectory()) await enter(walk, folder, name, `${prefix}${name}/`);
    else if (!entry.isFile()) walk.skipped.special += 1;
    else if (walk.matches(prefix + name)) add(walk, folder, name, prefix + name);
  }
}

async function enter(walk: Walk, parent: Folder, name: string, prefix: string): Promise<void> {
  try {
    using folder = openFolder(parent, name);
    await walkFolder(walk, folder, prefix);
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === "path_escape") walk.skipped.links += 1;
    else if (errnoOf(error) === "EACCES" || errnoOf(error) === "ENOTDIR") walk.skipped.special += 1;
    // A folder that is removed while it is listed had nothing to list.
    else if (errnoOf(error) !== "ENOENT") throw error;
  }
}

function add(walk: Walk, folder: Folder, name: string, path: string): void {
  const stats = lookAt(folder, name);
  if (stats === null) return;
  if (stats.isFile()) walk.files.push(toFileStat(path, stats));
  else if (stats.isSymbolicLink()) walk.skipped.links += 1;
  else walk.skipped.special += 1;
}

/** A name that is not UTF-8 cannot be written in a path, and is null. Folders sort as their paths do, with a slash. */
function toNamed(entry: Dirent<Buffer>): {
  readonly name: string | null;
  readonly order: string;
  readonly entry: Dirent<Buffer>;
} {
  const name = isUtf8(entry.name) ? entry.name.toString() : null;
  return { name, order: `${name ?? ""}${entry.isDirectory() ? "/" : ""}`, entry };
}

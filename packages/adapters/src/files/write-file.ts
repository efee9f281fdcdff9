import type { Stats } from "node:fs";
import { link, rename, unlink } from "node:fs/promises";

import { InvariantError, OrchestratorError } from "@writ/core";
import type { Expected, FileStat, RemoveOptions, WriteOptions } from "@writ/runtime";

import { nodeHasher } from "../system/sha256.ts";
import { lookAt, type Folder } from "./descriptor.ts";
import { errnoOf } from "../system/errno.ts";
import { openRegular, requireRegular, toFileStat } from "./file-stat.ts";
import { openTemporary, removeIfThere, sweepTemporaries } from "./temporary.ts";

const NEW_FILE_MODE = 0o644;
const PRIVATE = 0o600;

/** Replaces the file whole or not at all: what was there is looked at again right before the rename. */
export async function writeFileIn(
  folder: Folder,
  name: string,
  path: string,
  bytes: Uint8Array,
  options: WriteOptions,
): Promise<FileStat> {
  const old = await current(folder, name, path, options.expect);
  const mode = options.mode === null ? old && old.mode & 0o777 : parseMode(options.mode);
  const temporary = await openTemporary(folder, mode === null ? NEW_FILE_MODE : PRIVATE);
  try {
    await using handle = temporary.handle;
    await handle.writeFile(bytes);
    if (mode !== null) await handle.chmod(mode);
    if (old !== null && (old.uid !== process.getuid?.() || old.gid !== process.getgid?.()))
      await keepOwner(handle, old);
    await handle.sync();
    await current(folder, name, path, options.expect);
    await publish(folder, temporary.name, name, path, options.expect);
    await folder.sync();
    return toFileStat(path, await handle.stat());
  } catch (error) {
    await removeIfThere(folder, temporary.name);
    throw error;
  }
}

export async function removeFileIn(
  folder: Folder,
  name: string,
  path: string,
  { expect }: RemoveOptions,
): Promise<void> {
  if ((await current(folder, name, path, expect)) === null) {
    if (expect === "absent") return;
    throw new OrchestratorError("file_not_found", `${JSON.stringify(path)}: there is no such file to remove.`, {
      details: { path },
    });
  }
  await unlink(folder.at(name));
  await folder.sync();
}

/**
 * What stands at the name now, held against what must be there; null when nothing is.
 *
 * @throws OrchestratorError `evidence_moved`, `path_escape`, `file_not_regular`
 */
async function current(folder: Folder, name: string, path: string, expect: Expected): Promise<Stats | null> {
  let stats = lookAt(folder, name);
  if (stats !== null && stats.nlink > 1) {
    // A writer that died between link and unlink leaves a second name; with that gone the file has one.
    await sweepTemporaries(folder);
    stats = lookAt(folder, name);
  }
  if (stats === null) return expect === "absent" || expect === "anything" ? null : moved(path, "it is gone");
  requireRegular(stats, path);
  if (expect === "absent") return moved(path, "it exists now");
  if (stats.nlink > 1) {
    const message = `${JSON.stringify(path)} has ${stats.nlink} hard links, so a change would show under another name; copy it first.`;
    throw new OrchestratorError("file_not_regular", message, { details: { path, links: stats.nlink } });
  }
  if (expect === "anything") return stats;
  using opened = openRegular(folder, name, path);
  if (opened === null) return moved(path, "it is gone");
  return nodeHasher.sha256Hex(await opened.content()) === expect.sha256
    ? opened.stats
    : moved(path, "its bytes are others now");
}

/** For a file that must not exist the name is taken by a link, which fails if somebody was quicker; a rename would overwrite. */
async function publish(folder: Folder, temporary: string, name: string, path: string, expect: Expected): Promise<void> {
  if (expect !== "absent") return await rename(folder.at(temporary), folder.at(name));
  try {
    await link(folder.at(temporary), folder.at(name));
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "EEXIST") moved(path, "it exists now");
    // A file system without hard links: the look a moment ago has to do.
    if (errno === "EPERM" || errno === "ENOTSUP" || errno === "EOPNOTSUPP")
      return await rename(folder.at(temporary), folder.at(name));
    throw error;
  }
  await unlink(folder.at(temporary));
}

/** A file that root rewrites stays its owner's; anybody else may not give files away, and need not. */
async function keepOwner(handle: { chown(uid: number, gid: number): Promise<void> }, old: Stats): Promise<void> {
  try {
    await handle.chown(old.uid, old.gid);
  } catch (error) {
    if (errnoOf(error) !== "EPERM") throw error;
  }
}

function parseMode(mode: string): number {
  if (!/^0[0-7]{3}$/.test(mode)) throw new InvariantError("a mode is four octal digits, such as 0644", { mode });
  return Number.parseInt(mode, 8);
}

export function moved(path: string, how: string): never {
  throw new OrchestratorError(
    "evidence_moved",
    `${JSON.stringify(path)} is not what was looked at: ${how}; look again and propose anew.`,
    { details: { path } },
  );
}

import { mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { InvariantError } from "@writ/core";

import { errnoOf } from "../system/errno.ts";
import { storageFailure } from "./sqlite-failure.ts";

/** Payloads above this many bytes lie in files of their own. */
export const INLINE_BYTES = 65_536;

const COMMIT = /^[0-9a-f]{64}$/;
const PREFIX = /^[0-9a-f]{2}$/;

/** Large payloads as files `<first 2 hex>/<commit>` below one folder. */
export interface BlobFiles {
  /**
   * Resolves once file and folder entries are on the disk.
   *
   * @returns false where the very bytes lay there already: the file is somebody else's then
   */
  write(commit: string, bytes: Uint8Array): Promise<boolean>;
  /** Null where there is no such file. */
  read(commit: string): Promise<Uint8Array | null>;
  remove(commit: string): Promise<void>;
  list(): Promise<readonly string[]>;
}

export function blobFiles(folder: string): BlobFiles {
  const pathOf = (commit: string): string => {
    if (!COMMIT.test(commit)) throw new InvariantError("a commitment has 64 hex digits", { commit });
    return join(folder, commit.slice(0, 2), commit);
  };
  return {
    write: (commit, bytes) => named(() => writeDurably(folder, pathOf(commit), bytes)),
    read: (commit) => named(() => orNull(readFile(pathOf(commit)))),
    remove: (commit) => named(() => rm(pathOf(commit), { force: true })),
    list: () => named(() => listIn(folder)),
  };
}

async function writeDurably(folder: string, path: string, bytes: Uint8Array): Promise<boolean> {
  const before = await orNull(readFile(path));
  if (before !== null && Buffer.compare(before, bytes) === 0) return false;
  const created = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeSynced(path, bytes);
  await syncFolder(dirname(path));
  if (created !== undefined) for (const parent of [folder, dirname(folder)]) await syncFolder(parent);
  return true;
}

async function listIn(folder: string): Promise<readonly string[]> {
  const commits: string[] = [];
  for (const prefix of ((await orNull(readdir(folder))) ?? []).filter((name) => PREFIX.test(name))) {
    commits.push(...(await readdir(join(folder, prefix))).filter((name) => COMMIT.test(name)));
  }
  return commits;
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, "w", 0o600);
  await file.writeFile(bytes);
  await file.sync();
}

/** Makes the names in a folder durable. */
async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, "r");
  await folder.sync();
}

/** What was read; null where there is no such file or folder. */
async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** @throws OrchestratorError as `storageFailure` names it */
async function named<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw storageFailure(error) ?? error;
  }
}

import { setImmediate } from "node:timers/promises";

import { OrchestratorError } from "@writ/core";
import type { Hasher } from "@writ/core";
import type { FileContent, FileStat, WorkspaceFiles } from "@writ/runtime";

import { documentKind, PASSED_OVER_FOLDERS } from "./document-kind.ts";
import type { DocumentRows, KnownDocument } from "./document-rows.ts";
import { plainText } from "./plain-text.ts";
import { titleOf } from "./title.ts";

/** A document's bytes; a larger file is no document. */
export const MAX_DOCUMENT_BYTES = 1_048_576;
const MAX_FILES = 100_000;
/** Short enough for another process to wait for, long enough to share a commit. */
const BATCH = 64;

/** What a listing of the workspace held. */
export interface Inventory {
  /** Documents by path, as they were listed. */
  readonly listed: ReadonlyMap<string, FileStat>;
  /** Listed, and gone or closed to us when they were read. */
  readonly unreadable: ReadonlySet<string>;
  readonly tooLarge: number;
  readonly links: number;
  readonly folders: number;
  /** Whether there are more files than are looked at. */
  readonly isTruncated: boolean;
}

/**
 * Brings the index up to the files: reads those whose size, time or identity moved, forgets those that are gone.
 *
 * Another process may do the same at any moment, from an older listing; a row it took away is put back by the
 * next call.
 */
export async function refresh(
  rows: DocumentRows,
  files: WorkspaceFiles,
  hasher: Hasher,
  signal: AbortSignal,
): Promise<Inventory> {
  const listing = await files.list("", { include: [], skipFolders: PASSED_OVER_FOLDERS, maxFiles: MAX_FILES });
  const candidates = listing.files.filter((file) => documentKind(file.path) !== null);
  const documents = candidates.filter((file) => file.bytes <= MAX_DOCUMENT_BYTES);
  const listed = new Map(documents.map((file) => [file.path, file]));
  const known = new Map(rows.all().map((document) => [document.path, document]));
  const gone = listing.truncated ? [] : [...known.keys()].filter((path) => !listed.has(path));
  if (gone.length > 0) rows.transact(() => gone.forEach((path) => rows.forget(path)));
  const stale = documents.filter((file) => !isSame(known.get(file.path), file));
  const unreadable = await readAll(rows, { files, hasher, signal, known }, stale);
  return {
    listed,
    unreadable: new Set(unreadable),
    tooLarge: candidates.length - documents.length,
    links: listing.skipped.links,
    folders: listing.skipped.folders,
    isTruncated: listing.truncated,
  };
}

interface Reading {
  readonly files: WorkspaceFiles;
  readonly hasher: Hasher;
  readonly signal: AbortSignal;
  readonly known: ReadonlyMap<string, KnownDocument>;
}

/** @returns paths that could not be read */
async function readAll(rows: DocumentRows, reading: Reading, stale: readonly FileStat[]): Promise<readonly string[]> {
  const unreadable: string[] = [];
  for (let at = 0; at < stale.length; at += BATCH) {
    reading.signal.throwIfAborted();
    const batch = stale.slice(at, at + BATCH);
    const contents = await Promise.all(batch.map((file) => readOne(reading.files, file.path)));
    rows.transact(() => {
      for (const [index, content] of contents.entries()) {
        if (content !== null) putOne(rows, reading, content);
        else unreadable.push(batch[index]?.path ?? "");
      }
    });
    await setImmediate();
  }
  return unreadable;
}

/** Null for a file that went away, or is closed to us, since it was listed. */
async function readOne(files: WorkspaceFiles, path: string): Promise<FileContent | null> {
  try {
    return await files.read(path, MAX_DOCUMENT_BYTES);
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}

function putOne(rows: DocumentRows, { hasher, known }: Reading, file: FileContent): void {
  const sha256 = hasher.sha256Hex(file.content);
  if (known.get(file.path)?.sha256 === sha256) {
    rows.stamp(file);
    return;
  }
  const text = plainText(file.content);
  rows.put(file, sha256, text === null ? null : { title: titleOf(file.path, text), text });
}

function isSame(known: KnownDocument | undefined, file: FileStat): boolean {
  return known?.bytes === file.bytes && known.modifiedMs === file.modifiedAt && known.identity === file.identity;
}

import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import { InvariantError, isJsonArray, isJsonObject, parseStrict, type Json } from "@writ/core";

import { fileError } from "../files/file-error.ts";
import { namesIn } from "../files/names-in.ts";
import { errnoOf } from "../system/errno.ts";
import { base64, fromBase64 } from "../system/text-bytes.ts";

/** A file as it was before a call changed it. */
export interface PreviousFile {
  readonly path: string;
  readonly content: Uint8Array | null;
  /** Null where there was no file. */
  readonly mode: string | null;
  /** Folders on the way to it that were not there. */
  readonly missingFolders: number;
}

/**
 * What files held before a call changed them, kept before the change. An attempt that was interrupted left no
 * answer; the one that repeats it learns here what to put back, and what it may find.
 */
export interface PreviousContents {
  /** Null when no attempt under this key came to change anything. */
  recall(key: string): Promise<readonly PreviousFile[] | null>;
  /** Durable before it returns; replaces what was kept under the key. */
  keep(key: string, files: readonly PreviousFile[]): Promise<void>;
  /**
   * Erases what is kept under these keys; durable before it returns.
   *
   * @throws OrchestratorError `workspace_read_only`, `file_io`
   */
  forget(keys: readonly string[]): Promise<void>;
  /** Whether anything is kept under one of these keys. */
  holds(keys: readonly string[]): Promise<boolean>;
}

/** Of a file that is being written. */
const UNFINISHED = ".tmp";
const KEY = /^[A-Za-z0-9_-]{1,128}$/;
/** Calls whose contents are kept; the answers of older ones hold what to put back themselves. */
const MAX_KEPT = 512;

/** One private file a call in a folder of its own, such as `.orchestrate/previous`. */
export function previousContentsIn(folder: string): PreviousContents {
  const fileOf = (key: string): string => {
    if (!KEY.test(key)) throw new InvariantError("an idempotency key names no file", { key });
    return join(folder, nameOf(key));
  };
  async function recall(key: string): Promise<readonly PreviousFile[] | null> {
    try {
      return parse(await readFile(fileOf(key)));
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return null;
      throw error;
    }
  }
  return {
    recall,
    keep: async (key, files) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeDurably(folder, fileOf(key), format(files));
      await forgetOldest(folder);
    },
    forget: async (keys) => {
      try {
        await removeNames(folder, new Set(keys.flatMap(namesOf)));
      } catch (error) {
        throw fileError(error, folder, "write");
      }
    },
    holds: async (keys) => {
      const there = new Set(await namesIn(folder));
      return keys.flatMap(namesOf).some((name) => there.has(name));
    },
  };
}

function nameOf(key: string): string {
  return `${key}.json`;
}

/** Also that of a file whose writing was interrupted. */
function namesOf(key: string): readonly string[] {
  return [nameOf(key), `${nameOf(key)}${UNFINISHED}`];
}

function format(files: readonly PreviousFile[]): string {
  return JSON.stringify(
    files.map(({ path, content, mode, missingFolders }) => ({
      path,
      mode,
      content: content === null ? null : base64(content),
      missing_folders: missingFolders,
    })),
  );
}

/** A file that is not as it was written is a bug or a disk's fault; nothing may be put back from it. */
function parse(bytes: Uint8Array): readonly PreviousFile[] {
  const files = parseStrict(bytes);
  if (!isJsonArray(files)) throw new InvariantError("kept contents are an array");
  return files.map(parseFile);
}

function parseFile(file: Json): PreviousFile {
  if (!isJsonObject(file)) throw new InvariantError("a kept file is an object");
  const { path, mode, content } = { path: file["path"], mode: file["mode"], content: file["content"] };
  const missingFolders = file["missing_folders"] ?? 0;
  const bytes = typeof content === "string" ? fromBase64(content) : null;
  if (
    typeof path !== "string" ||
    (bytes === null) !== (content === null) ||
    (mode !== null && typeof mode !== "string") ||
    typeof missingFolders !== "number"
  )
    throw new InvariantError("a kept file has a path, a mode and bytes");
  return { path, content: bytes, mode, missingFolders };
}

async function writeDurably(folder: string, path: string, text: string): Promise<void> {
  const temporary = `${path}${UNFINISHED}`;
  await using file = await open(temporary, "w", 0o600);
  await file.writeFile(text);
  await file.sync();
  await rename(temporary, path);
  await syncFolder(folder);
}

async function removeNames(folder: string, names: ReadonlySet<string>): Promise<void> {
  const there = (await namesIn(folder)).filter((name) => names.has(name));
  for (const name of there) await rm(join(folder, name), { force: true });
  if (there.length > 0) await syncFolder(folder);
}

async function syncFolder(folder: string): Promise<void> {
  await using directory = await open(folder, "r");
  await directory.sync();
}

async function forgetOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json"));
  if (names.length <= MAX_KEPT) return;
  const aged = await Promise.all(names.map(async (name) => ({ name, age: (await stat(join(folder, name))).mtimeMs })));
  const oldest = aged.toSorted((a, b) => a.age - b.age).slice(0, names.length - MAX_KEPT);
  await Promise.all(oldest.map(async ({ name }) => await rm(join(folder, name), { force: true })));
}

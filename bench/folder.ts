import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

/** On the file system that people work on: memory would make every commit free. */
const CACHE = resolve(import.meta.dirname, "../.cache/bench");

/** Lends a new folder for as long as `act` takes. */
export async function inFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const folder = newFolder();
  try {
    return await act(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The same for what leaves many files: they stay until the process ends. For some seconds a file system does not give
 * away again what was freed (ext4: inodes of the last five), and looking past a thousand of those takes ten times what
 * making a file does; the next sample would pay for the removal of this one.
 */
export async function inLastingFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const folder = newFolder();
  process.once("exit", () => rmSync(folder, { recursive: true }));
  return act(folder);
}

function newFolder(): string {
  mkdirSync(CACHE, { recursive: true });
  return mkdtempSync(join(CACHE, "row-"));
}

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

/** On the file system that people work on: memory would make every commit free. */
const CACHE = resolve(import.meta.dirname, "../.cache/bench");

/** Lends a new folder for as long as `act` takes. */
export async function inFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, "row-"));
  try {
    return await act(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

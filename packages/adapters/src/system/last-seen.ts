import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";

import { errnoOf } from "./errno.ts";

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/**
 * Where a signer remembers the head it signed last, outside the workspace: a
 * disk alone cannot show that it was set back.
 *
 * @param stateHome `$XDG_STATE_HOME`, or `~/.local/state`
 */
export function lastSeenPath(stateHome: string, log: string): string {
  return join(stateHome, "writ", log, "last-seen");
}

/** The signed head as a note; undefined if none was remembered. */
export async function readLastSeen(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Remembers a signed head: after a crash either the old one is there or the new one, whole. */
export async function writeLastSeen(path: string, note: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
  const temporary = `${path}.new`;
  {
    await using file = await open(temporary, "w", PRIVATE_FILE);
    await file.writeFile(note);
    await file.sync();
  }
  await rename(temporary, path);
  for (const synced of [folder, dirname(folder)]) {
    await using handle = await open(synced, "r");
    await handle.sync();
  }
}

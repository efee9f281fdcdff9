import { readdir } from "node:fs/promises";

import { errnoOf } from "../system/errno.ts";

/** Names of what lies in a folder; none where there is no folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

import { rmdirSync } from "node:fs";

import { OrchestratorError } from "@writ/core";

import { errnoOf } from "../system/errno.ts";
import { descend, lookAt, openFolder, type Folder } from "./descriptor.ts";

/** How a folder answers that stays: something is in it, it is a link or a mount, or it is not ours to remove. */
const STAYS: ReadonlySet<string> = new Set(["ENOTEMPTY", "EEXIST", "ENOTDIR", "EBUSY", "EACCES", "EPERM", "EROFS"]);

/**
 * How many of the folders that `names` lead through are not there.
 *
 * @throws OrchestratorError `path_escape` if a link stands on the way
 */
export function missingAmong(root: Folder, names: readonly string[]): number {
  const open: Folder[] = [];
  try {
    for (const [depth, name] of names.entries()) {
      const parent = open.at(-1) ?? root;
      if (lookAt(parent, name) === null) return names.length - depth;
      open.push(openFolder(parent, name));
    }
    return 0;
  } finally {
    for (const folder of open) folder[Symbol.dispose]();
  }
}

/**
 * Removes the innermost `most` of the folders that `names` lead through, up to
 * the first that is not empty.
 *
 * @returns paths of those that went, the innermost first
 */
export async function removeEmptyAmong(
  root: Folder,
  names: readonly string[],
  most: number,
): Promise<readonly string[]> {
  const gone: string[] = [];
  for (let depth = names.length; depth > Math.max(0, names.length - most); depth -= 1) {
    const outcome = await removeEmpty(root, names.slice(0, depth - 1), names[depth - 1] ?? "");
    if (outcome === "stays") break;
    if (outcome === "gone") gone.push(names.slice(0, depth).join("/"));
  }
  return gone;
}

async function removeEmpty(
  root: Folder,
  outer: readonly string[],
  name: string,
): Promise<"gone" | "was_gone" | "stays"> {
  let parent: Folder | null = null;
  try {
    parent = await descend(root, outer, "refuse");
    rmdirSync(parent.at(name));
    await parent.sync();
    return "gone";
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return "was_gone";
    if (STAYS.has(errnoOf(error) ?? "") || error instanceof OrchestratorError) return "stays";
    throw error;
  } finally {
    if (parent !== root) parent?.[Symbol.dispose]();
  }
}

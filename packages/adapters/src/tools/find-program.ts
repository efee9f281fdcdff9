import { accessSync, constants, statSync } from "node:fs";
import { join, posix } from "node:path";

import type { WorkspaceFiles } from "@writ/runtime";

import { nodeHasher } from "../system/sha256.ts";
import { noSuchProgram, programFolders } from "./command-params.ts";
import { STAGED_ROOT } from "./staging.ts";

const MAX_PROGRAM_BYTES = 67_108_864;

export interface FoundProgram {
  /** As the sandbox has it. */
  readonly path: string;
  /** Of a program that lies in the workspace; null for one of the system. */
  readonly sha256: string | null;
}

/**
 * What the first element of a command names: a program of the system, or by its path one of the workspace.
 *
 * @param directory working directory, relative to the workspace; `.` for its root
 * @throws ToolFailure `schema_mismatch` when there is none
 */
export async function findProgram(
  name: string,
  directory: string,
  path: readonly string[],
  files: WorkspaceFiles,
): Promise<FoundProgram> {
  if (!name.includes("/")) {
    const found = programFolders(path)
      .map((folder) => join(folder, name))
      .find(isExecutable);
    if (found === undefined) throw noSuchProgram(name);
    return { path: found, sha256: null };
  }
  const place = posix.resolve(STAGED_ROOT, directory, name);
  if (!place.startsWith(`${STAGED_ROOT}/`)) {
    if (isExecutable(place)) return { path: place, sha256: null };
    throw noSuchProgram(name);
  }
  const inside = place.slice(STAGED_ROOT.length + 1);
  if ((await files.stat(inside)) === null) throw noSuchProgram(name);
  const { content } = await files.read(inside, MAX_PROGRAM_BYTES);
  return { path: place, sha256: nodeHasher.sha256Hex(content) };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not there, or not ours to run: not a program either way.
    return false;
  }
}

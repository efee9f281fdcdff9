import { OrchestratorError, type Json, type JsonObject } from "@writ/core";
import type { Expected, WorkspaceFiles } from "@writ/runtime";

import { nodeHasher } from "../system/sha256.ts";

/** The largest file that a tool changes: what was there has to be kept, and shown. */
export const MAX_CHANGED_BYTES = 4_194_304;

/** A file as it is before a change; `content` is null where there is none. */
export type FileTarget = PresentFile | AbsentFile;

export interface AbsentFile {
  readonly path: string;
  readonly content: null;
  /** Folders on the way to it that are not there either: whoever writes the file makes them. */
  readonly missingFolders: number;
}

export interface PresentFile {
  readonly path: string;
  readonly content: Uint8Array;
  readonly sha256: string;
  /** Permission bits, such as `0644`. */
  readonly mode: string;
}

/** @throws OrchestratorError `file_too_large`, and the path errors of the port */
export async function lookAtTarget(
  files: WorkspaceFiles,
  path: string,
  maxBytes: number = MAX_CHANGED_BYTES,
): Promise<FileTarget> {
  try {
    const { content, mode } = await files.read(path, maxBytes);
    return { path, content, sha256: nodeHasher.sha256Hex(content), mode };
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === "file_not_found")
      return { path, content: null, missingFolders: await files.missingFolders(path) };
    throw error;
  }
}

/** What an approval binds of a target: a file that moved between look and change is another target. */
export function targetEvidence(target: FileTarget): JsonObject {
  return target.content === null
    ? { exists: false, sha256: null, bytes: 0, mode: null }
    : { exists: true, sha256: target.sha256, bytes: target.content.length, mode: target.mode };
}

/** The evidence of several files, in the order of their paths. */
export function targetsEvidence(targets: readonly FileTarget[]): readonly Json[] {
  return targets
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map((target) => ({ path: target.path, ...targetEvidence(target) }));
}

export function expectedOf(target: FileTarget): Expected {
  return target.content === null ? "absent" : { sha256: target.sha256 };
}

import type { Problem, Result } from "@writ/core";

/** Changes to text files, as a unified diff says them. */
export interface Patch {
  readonly files: readonly FilePatch[];
}

export type FilePatch = CreatedFile | ModifiedFile | DeletedFile | RenamedFile;

export interface CreatedFile {
  readonly change: "create";
  readonly path: string;
  /** Permission bits, `0644` or `0755`; null where the patch is silent. */
  readonly mode: string | null;
  readonly hunks: readonly Hunk[];
}

export interface ModifiedFile {
  readonly change: "modify";
  readonly path: string;
  readonly modes: ModeChange | null;
  readonly hunks: readonly Hunk[];
}

export interface DeletedFile {
  readonly change: "delete";
  readonly path: string;
  readonly mode: string | null;
  readonly hunks: readonly Hunk[];
}

export interface RenamedFile {
  readonly change: "rename";
  readonly from: string;
  readonly path: string;
  readonly modes: ModeChange | null;
  readonly hunks: readonly Hunk[];
}

export interface ModeChange {
  readonly before: string;
  readonly after: string;
}

export interface Hunk {
  /** Line of the old file at which the hunk's first line stands, or before which it is put in; from 1. */
  readonly oldStart: number;
  readonly newStart: number;
  readonly lines: readonly HunkLine[];
}

export interface HunkLine {
  readonly op: " " | "+" | "-";
  /** With its newline; the last line of a file may have none. */
  readonly text: string;
}

/** Why a patch is refused. `hunk` counts from 1 in its file; null when the whole file or the text is meant. */
export interface PatchFault extends Problem {
  readonly code: "patch_malformed" | "patch_does_not_apply" | "path_escape" | "path_closed";
  readonly hunk: number | null;
}

export type PatchResult<T> = Result<T, PatchFault>;

export interface TouchedPath {
  readonly path: string;
  readonly change: "create" | "modify" | "delete";
}

/** Every path the patch changes, in its order; a rename deletes one and creates another. */
export function touchedPaths(patch: Patch): readonly TouchedPath[] {
  return patch.files.flatMap((file): readonly TouchedPath[] =>
    file.change === "rename"
      ? [
          { path: file.from, change: "delete" },
          { path: file.path, change: "create" },
        ]
      : [{ path: file.path, change: file.change }],
  );
}

/** The patch that takes `patch` back. Exact for the `settled` patch of an application. */
export function invertPatch(patch: Patch): Patch {
  return { files: patch.files.map(invertFile).reverse() };
}

function invertFile(file: FilePatch): FilePatch {
  const hunks = file.hunks.map(invertHunk);
  switch (file.change) {
    case "create":
      return { change: "delete", path: file.path, mode: file.mode, hunks };
    case "delete":
      return { change: "create", path: file.path, mode: file.mode, hunks };
    case "modify":
      return { change: "modify", path: file.path, modes: invertModes(file.modes), hunks };
    case "rename":
      return { change: "rename", from: file.path, path: file.from, modes: invertModes(file.modes), hunks };
  }
}

function invertModes(modes: ModeChange | null): ModeChange | null {
  return modes === null ? null : { before: modes.after, after: modes.before };
}

const INVERSE = { " ": " ", "+": "-", "-": "+" } as const;

function invertHunk(hunk: Hunk): Hunk {
  const lines = hunk.lines.map(({ op, text }) => ({ op: INVERSE[op], text }));
  return { oldStart: hunk.newStart, newStart: hunk.oldStart, lines };
}

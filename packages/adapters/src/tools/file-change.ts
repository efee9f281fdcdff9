import type { FileChange, FilePreview, FileVersion } from "@writ/core";
import { structuredPatch } from "diff";

import { plainText } from "../docs-index/plain-text.ts";
import { nodeHasher } from "../system/sha256.ts";
import type { FileTarget } from "./file-target.ts";

/** What a file is to hold; null for a file that is to go. */
export interface WantedFile {
  readonly path: string;
  readonly content: Uint8Array | null;
  /** Permission bits; null keeps what is there. */
  readonly mode: string | null;
}

const NEW_FILE_MODE = "0644";
const NO_FILE = "/dev/null";
/**
 * Differences from which on two texts are shown as one removed and one added. A bound in time would give the same
 * call two previews.
 */
const MAX_EDITS = 1_500;

/** The pictures of the changes, without those that change nothing. */
export function changesOf(
  pairs: readonly { readonly before: FileTarget; readonly after: WantedFile }[],
): readonly FileChange[] {
  return pairs.flatMap(({ before, after }) => {
    const change = changeOf(before, after);
    return change === null ? [] : [change];
  });
}

function changeOf(before: FileTarget, after: WantedFile): FileChange | null {
  if (isAsWanted(before, after)) return null;
  const [old, next] = [versionBefore(before), versionAfter(before, after)];
  const texts = { old: textOf(before.content), next: textOf(after.content) };
  const diff =
    texts.old === null || texts.next === null ? null : unifiedDiff(after.path, before, after, texts.old, texts.next);
  const kind = next === null ? "delete" : old === null ? "create" : "overwrite";
  return { path: after.path, change: kind, ...countsOf(diff), diff, before: old, after: next };
}

/** Whether the file holds already what it is to hold. */
export function isAsWanted(before: FileTarget, after: WantedFile): boolean {
  if (before.content === null || after.content === null) return before.content === after.content;
  const isSameMode = after.mode === null || after.mode === before.mode;
  return isSameMode && before.sha256 === nodeHasher.sha256Hex(after.content);
}

/** `Create notes/a.md`, or `Change 3 files in src/` where there are several. */
export function filesTitle(changes: readonly FileChange[], paths: readonly string[]): string {
  const [first, second] = changes;
  if (first === undefined)
    return `Leave ${paths.length === 1 ? paths[0] : `${paths.length} files`} as ${paths.length === 1 ? "it is" : "they are"}`;
  if (second === undefined) return `${VERBS[first.change]} ${first.path}`;
  const kinds = new Set(changes.map(({ change }) => change));
  const verb = kinds.size === 1 ? VERBS[first.change] : "Change";
  const folder = commonFolder(changes.map(({ path }) => path));
  return `${verb} ${changes.length} files${folder === "" ? "" : ` in ${folder}`}`;
}

export function filePreview(changes: readonly FileChange[], title: string): FilePreview {
  return { kind: "files", title, changes };
}

const VERBS = { create: "Create", overwrite: "Overwrite", delete: "Delete" } as const;

function commonFolder(paths: readonly string[]): string {
  const [first = "", ...rest] = paths.map((path) => path.slice(0, path.lastIndexOf("/") + 1));
  let common = first;
  while (!rest.every((folder) => folder.startsWith(common)))
    common = common.slice(0, common.lastIndexOf("/", common.length - 2) + 1);
  return common;
}

function unifiedDiff(path: string, before: FileTarget, after: WantedFile, old: string, next: string): string {
  const names = [before.content === null ? NO_FILE : `a/${path}`, after.content === null ? NO_FILE : `b/${path}`];
  const patch = structuredPatch("", "", old, next, "", "", { context: 3, maxEditLength: MAX_EDITS });
  const hunks = patch?.hunks ?? [wholeHunk(old, next)];
  const lines = hunks.flatMap((hunk) => [
    `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`,
    ...hunk.lines,
  ]);
  return `--- ${names[0]}\n+++ ${names[1]}\n${lines.map((line) => `${line}\n`).join("")}`;
}

/** A hunk without lines begins one line above the place, as every tool writes it. */
function range(start: number, lines: number): string {
  return lines === 1 ? `${start}` : `${lines === 0 ? Math.max(0, start - 1) : start},${lines}`;
}

interface PlainHunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: readonly string[];
}

function wholeHunk(old: string, next: string): PlainHunk {
  const [removed, added] = [marked(old, "-"), marked(next, "+")];
  const count = (lines: readonly string[]): number => lines.filter((line) => !line.startsWith("\\")).length;
  return { oldStart: 1, oldLines: count(removed), newStart: 1, newLines: count(added), lines: [...removed, ...added] };
}

function marked(text: string, mark: string): readonly string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  const whole = lines.map((line) => mark + line);
  return last === "" ? whole : [...whole, mark + last, "\\ No newline at end of file"];
}

function countsOf(diff: string | null): { readonly added: number; readonly removed: number } {
  const lines = diff?.split("\n").slice(2) ?? [];
  return {
    added: lines.filter((line) => line.startsWith("+")).length,
    removed: lines.filter((line) => line.startsWith("-")).length,
  };
}

function textOf(content: Uint8Array | null): string | null {
  return content === null ? "" : plainText(content);
}

function versionBefore(before: FileTarget): FileVersion | null {
  return before.content === null ? null : { bytes: before.content.length, sha256: before.sha256, mode: before.mode };
}

function versionAfter(before: FileTarget, { content, mode }: WantedFile): FileVersion | null {
  if (content === null) return null;
  const kept = before.content === null ? NEW_FILE_MODE : before.mode;
  return { bytes: content.length, sha256: nodeHasher.sha256Hex(content), mode: mode ?? kept };
}

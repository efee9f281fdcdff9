import { err, ok } from "@writ/core";
import { parsePatch as parseUnified, type StructuredPatch, type StructuredPatchHunk } from "diff";

import { parsePath } from "../files/path.ts";
import { checkPatchLines } from "./patch-lines.ts";
import {
  touchedPaths,
  type FilePatch,
  type Hunk,
  type HunkLine,
  type ModeChange,
  type Patch,
  type PatchResult,
} from "./patch.ts";

const NO_FILE = "/dev/null";
const MODES: Readonly<Record<string, string>> = { "100644": "0644", "100755": "0755" };

/**
 * Reads a unified diff, plain or as git writes it. What it does not understand it refuses, line by line;
 * paths are checked as words, without looking at any file.
 */
export function parsePatch(text: string): PatchResult<Patch> {
  const lines = checkPatchLines(text);
  if (!lines.ok) return malformed(`line ${lines.error.line}: ${lines.error.message}`, { line: lines.error.line });
  const parsed = parseParts(text);
  if (!parsed.ok) return parsed;
  const names = checkGitNames(text, parsed.value);
  if (!names.ok) return names;
  const files: FilePatch[] = [];
  for (const part of parsed.value) {
    const file = toFile(part);
    if (!file.ok) return file;
    files.push(file.value);
  }
  if (files.length === 0) return malformed("the patch names no file");
  const patch = { files };
  return checkPaths(patch);
}

function parseParts(text: string): PatchResult<readonly StructuredPatch[]> {
  try {
    return ok(parseUnified(text));
  } catch (error) {
    // The package throws plain errors for unpaired file headers and miscounted hunks, and nothing else.
    return malformed(error instanceof Error ? error.message : String(error));
  }
}

/**
 * The package lets the `---` and `+++` lines that follow a `diff --git` line replace its names, so a section of
 * another file would swallow a change of mode without a word.
 */
function checkGitNames(text: string, parts: readonly StructuredPatch[]): PatchResult<null> {
  const headers = text.split("\n").filter((line) => line.startsWith("diff --git "));
  const sections = parts.filter((part) => part.isGit === true);
  for (const [index, header] of headers.entries()) {
    const [said] = parseUnified(header);
    const [from, to] = [said?.oldFileName, said?.newFileName];
    const part = sections[index];
    const agrees =
      from !== undefined &&
      to !== undefined &&
      [from, NO_FILE].includes(part?.oldFileName ?? "") &&
      [to, NO_FILE].includes(part?.newFileName ?? "");
    if (!agrees) return malformed(`\`${header}\` and the lines below it do not name the same files under a/ and b/`);
  }
  return ok(null);
}

function toFile(part: StructuredPatch): PatchResult<FilePatch> {
  const { oldFileName, newFileName } = part;
  if (oldFileName === undefined || newFileName === undefined) return malformed("a part of the patch names no file");
  const isPrefixed = hasPrefix(oldFileName, "a/") && hasPrefix(newFileName, "b/");
  const before = isPrefixed ? stripped(oldFileName) : oldFileName;
  const path = isPrefixed ? stripped(newFileName) : newFileName;
  const hunks = part.hunks.map(toHunk);
  const oldMode = modeOf(part.oldMode);
  const newMode = modeOf(part.newMode);
  if (!oldMode.ok) return oldMode;
  if (!newMode.ok) return newMode;
  const modes = toModes(oldMode.value, newMode.value);

  if (before === NO_FILE || part.isCreate === true) {
    if (path === NO_FILE || hunks.some((hunk) => hunk.lines.some(({ op }) => op !== "+")))
      return malformed("a new file can only have added lines", { file: path });
    return ok({ change: "create", path, mode: newMode.value, hunks });
  }
  if (path === NO_FILE || part.isDelete === true) {
    if (hunks.some((hunk) => hunk.lines.some(({ op }) => op !== "-")))
      return malformed("a deleted file can only have removed lines", { file: before });
    return ok({ change: "delete", path: before, mode: oldMode.value, hunks });
  }
  if (part.isRename === true) return ok({ change: "rename", from: before, path, modes, hunks });
  if (before !== path)
    return malformed("the old and the new name differ; a rename says `rename from` and `rename to`", { file: path });
  if (hunks.length === 0 && modes === null)
    return malformed("the patch names the file and changes nothing", { file: path });
  return ok({ change: "modify", path, modes, hunks });
}

function hasPrefix(name: string, prefix: string): boolean {
  return name === NO_FILE || name.startsWith(prefix);
}

function stripped(name: string): string {
  return name === NO_FILE ? name : name.slice(2);
}

function modeOf(mode: string | undefined): PatchResult<string | null> {
  if (mode === undefined) return ok(null);
  const bits = MODES[mode];
  return bits === undefined ? malformed(`mode ${mode} is not that of a regular file`) : ok(bits);
}

function toModes(before: string | null, after: string | null): ModeChange | null {
  return before === null || after === null ? null : { before, after };
}

function toHunk(hunk: StructuredPatchHunk): Hunk {
  const lines: HunkLine[] = [];
  for (const raw of hunk.lines) {
    const op = raw.charAt(0);
    const last = lines.at(-1);
    if (op === "\\") {
      if (last !== undefined) lines[lines.length - 1] = { op: last.op, text: last.text.slice(0, -1) };
    } else if (op === "+" || op === "-") lines.push({ op, text: `${raw.slice(1)}\n` });
    else lines.push({ op: " ", text: `${raw.slice(1)}\n` });
  }
  return { oldStart: hunk.oldStart, newStart: hunk.newStart, lines };
}

function checkPaths(patch: Patch): PatchResult<Patch> {
  const seen = new Set<string>();
  for (const { path } of touchedPaths(patch)) {
    const parsed = parsePath(path);
    if (!parsed.ok) return err({ ...parsed.error, place: { file: path }, hunk: null });
    if (seen.has(path)) return malformed(`the patch changes ${path} twice`, { file: path });
    seen.add(path);
  }
  return ok(patch);
}

function malformed(
  message: string,
  place: { readonly file?: string; readonly line?: number } = {},
): PatchResult<never> {
  return err({
    code: "patch_malformed",
    message,
    place,
    remedy: "Make the patch with `git diff` or `diff -u`, without text around it.",
    hunk: null,
  });
}

import { err, ok } from "@writ/core";

import type { FilePatch, Hunk, Patch, PatchResult } from "./patch.ts";

export interface AppliedPatch {
  /** One for each touched path; a rename has two. */
  readonly changes: readonly AppliedChange[];
  /** Hunks that stood elsewhere than their header says. Each fitted in one place only, with every line of context. */
  readonly shifts: readonly { readonly path: string; readonly hunk: number; readonly lines: number }[];
  /** The same patch with the places where its hunks were found, so that its inverse is exact. */
  readonly settled: Patch;
}

export interface AppliedChange {
  readonly path: string;
  /** Null where no file was. */
  readonly before: string | null;
  /** Null where no file will be. */
  readonly after: string | null;
  /** Permission bits the patch asks for; null keeps what is there. */
  readonly mode: string | null;
}

/**
 * Applies every hunk or none. Context and removed lines must be there to the last byte, newlines included; a
 * hunk that is not where its header says is taken where it fits, if that is one place only.
 *
 * @param files the text of each touched file that exists, by path
 */
export function applyPatch(patch: Patch, files: ReadonlyMap<string, string>): PatchResult<AppliedPatch> {
  const applied: { changes: AppliedChange[]; shifts: AppliedPatch["shifts"][number][]; settled: FilePatch[] } = {
    changes: [],
    shifts: [],
    settled: [],
  };
  for (const file of patch.files) {
    const source = file.change === "rename" ? file.from : file.path;
    const before = files.get(source);
    if (before === undefined && file.change !== "create") return refuse(source, null, "there is no such file");
    if (files.has(file.path) && (file.change === "create" || file.change === "rename"))
      return refuse(file.path, null, "the file exists already");
    const result = applyHunks(file, before ?? "");
    if (!result.ok) return result;
    if (file.change === "delete" && result.value.text !== "")
      return refuse(file.path, null, "lines would be left over in a file that is to be deleted");
    applied.changes.push(...changesOf(file, before ?? null, result.value.text));
    applied.shifts.push(...result.value.shifts);
    applied.settled.push({ ...file, hunks: result.value.hunks });
  }
  return ok({ changes: applied.changes, shifts: applied.shifts, settled: { files: applied.settled } });
}

function changesOf(file: FilePatch, before: string | null, after: string): readonly AppliedChange[] {
  switch (file.change) {
    case "create":
      return [{ path: file.path, before: null, after, mode: file.mode }];
    case "modify":
      return [{ path: file.path, before, after, mode: file.modes?.after ?? null }];
    case "delete":
      return [{ path: file.path, before, after: null, mode: null }];
    case "rename":
      return [
        { path: file.from, before, after: null, mode: null },
        { path: file.path, before: null, after, mode: file.modes?.after ?? null },
      ];
  }
}

interface Patched {
  readonly text: string;
  readonly hunks: readonly Hunk[];
  readonly shifts: AppliedPatch["shifts"];
}

function applyHunks(file: FilePatch, before: string): PatchResult<Patched> {
  const lines = splitLines(before);
  const out: string[] = [];
  const hunks: Hunk[] = [];
  const shifts: AppliedPatch["shifts"][number][] = [];
  let [next, shift] = [0, 0];
  for (const [index, hunk] of file.hunks.entries()) {
    const place = placeOf(hunk, lines, next, shift);
    if (typeof place === "string") return refuse(file.path, index + 1, place);
    shift = place - (hunk.oldStart - 1);
    if (shift !== 0) shifts.push({ path: file.path, hunk: index + 1, lines: shift });
    for (const line of lines.slice(next, place)) out.push(line);
    hunks.push({ oldStart: place + 1, newStart: out.length + 1, lines: hunk.lines });
    for (const { op, text } of hunk.lines) if (op !== "-") out.push(text);
    next = place + oldLines(hunk).length;
  }
  for (const line of lines.slice(next)) out.push(line);
  const cut = out.findIndex((line, at) => at < out.length - 1 && !line.endsWith("\n"));
  if (cut !== -1) return refuse(file.path, null, `line ${cut + 1} would have no newline and is not the last`);
  return ok({ text: out.join(""), hunks, shifts });
}

/** Index of the line at which the hunk fits, or why it does not. */
function placeOf(hunk: Hunk, lines: readonly string[], from: number, shift: number): number | string {
  const old = oldLines(hunk);
  const fits = (at: number): boolean =>
    at >= from && at + old.length <= lines.length && old.every((text, offset) => lines[at + offset] === text);
  const stated = hunk.oldStart - 1;
  if (fits(stated + shift)) return stated + shift;
  if (old.length === 0) return `line ${hunk.oldStart} is outside the file`;
  const places: number[] = [];
  for (let at = from; at + old.length <= lines.length && places.length < 2; at += 1) if (fits(at)) places.push(at);
  const [only, second] = places;
  if (only === undefined) return `its lines are not in the file (expected at line ${hunk.oldStart})`;
  return second === undefined ? only : `its lines are not at line ${hunk.oldStart}, and in more than one other place`;
}

function oldLines(hunk: Hunk): readonly string[] {
  return hunk.lines.filter(({ op }) => op !== "+").map(({ text }) => text);
}

/** Each line with its newline; the last may have none. */
function splitLines(text: string): readonly string[] {
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  return [...lines.map((line) => `${line}\n`), ...(last === "" ? [] : [last])];
}

function refuse(file: string, hunk: number | null, why: string): PatchResult<never> {
  const message = hunk === null ? `${file}: ${why}` : `${file}, hunk ${hunk}: ${why}`;
  return err({
    code: "patch_does_not_apply",
    message,
    place: { file },
    remedy: "Make the patch again from the files as they are.",
    hunk,
  });
}

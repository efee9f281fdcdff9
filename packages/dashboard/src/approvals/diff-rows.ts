import { diffWordsWithSpace } from "diff";
import type { DiffHunk, DiffRow } from "@writ/core/text/file-diff";

/** A stretch of a line: the same in both, or what changed. */
export interface Word {
  readonly text: string;
  readonly kind: "same" | "changed";
}

export interface Cell {
  readonly row: DiffRow;
  readonly words: readonly Word[];
}

/** One row of the side-by-side picture: what was, what will be; a hole where the other side has more lines. */
export type PairRow =
  | { readonly kind: "gap"; readonly lines: number }
  | { readonly kind: "pair"; readonly left: Cell | null; readonly right: Cell | null };

/** Longer lines are compared as wholes: marking words in them helps nobody. */
const MOST_WORDS = 1_000;

/** Rows for two columns. A removed line stands beside the added one that takes its place. */
export function pairRows(hunks: readonly DiffHunk[]): readonly PairRow[] {
  return hunks.flatMap(({ rows, skipped }) => {
    const found: PairRow[] = skipped > 0 ? [{ kind: "gap", lines: skipped }] : [];
    let removed: DiffRow[] = [];
    let added: DiffRow[] = [];
    let oldShift = 0;
    const flush = (): void => {
      for (let at = 0; at < Math.max(removed.length, added.length); at += 1) found.push(pairOf(removed[at], added[at]));
      oldShift += removed.length - added.length;
      removed = [];
      added = [];
    };
    for (const row of rows) {
      if (row.sign === "removed" && added.length > 0) flush();
      if (row.sign === "removed") removed.push(row);
      else if (row.sign === "added") added.push(row);
      else {
        flush();
        const words = [{ text: row.text, kind: "same" as const }];
        const left = { row: { ...row, number: row.number + shiftBefore(rows, oldShift) }, words };
        found.push({ kind: "pair", left, right: { row, words } });
      }
    }
    flush();
    return found;
  });
}

/** A context line carries its number in the new file; this leads to the old one. */
function shiftBefore(rows: readonly DiffRow[], withinHunk: number): number {
  return startShift(rows) + withinHunk;
}

function startShift(rows: readonly DiffRow[]): number {
  const firstOld = rows.findIndex(({ sign }) => sign === "removed");
  const removed = rows[firstOld];
  if (removed === undefined) return 0;
  // Lines before it within the hunk: all but the added ones stand in the old file.
  const before = rows.slice(0, firstOld);
  const firstNew = rows.find(({ sign }) => sign !== "removed");
  if (firstNew === undefined) return 0;
  const oldStart = removed.number - before.filter(({ sign }) => sign !== "added").length;
  return oldStart - firstNew.number;
}

function pairOf(removed: DiffRow | undefined, added: DiffRow | undefined): PairRow {
  const marked = removed !== undefined && added !== undefined ? marks(removed.text, added.text) : null;
  return {
    kind: "pair",
    left:
      removed === undefined ? null : { row: removed, words: marked?.left ?? [{ text: removed.text, kind: "same" }] },
    right: added === undefined ? null : { row: added, words: marked?.right ?? [{ text: added.text, kind: "same" }] },
  };
}

function marks(before: string, after: string): { readonly left: readonly Word[]; readonly right: readonly Word[] } {
  if (before.length + after.length > MOST_WORDS)
    return { left: [{ text: before, kind: "changed" }], right: [{ text: after, kind: "changed" }] };
  const parts = diffWordsWithSpace(before, after);
  const side = (skip: "added" | "removed"): readonly Word[] =>
    parts
      .filter((part) => !part[skip])
      .map((part) => ({ text: part.value, kind: part.added || part.removed ? "changed" : "same" }));
  return { left: side("added"), right: side("removed") };
}

/** Lines of the old file as a diff shows them, by their numbers. */
export function oldLines(hunks: readonly DiffHunk[]): ReadonlyMap<number, string> {
  const lines = new Map<number, string>();
  for (const row of pairRows(hunks))
    if (row.kind === "pair" && row.left !== null) lines.set(row.left.row.number, row.left.row.text);
  return lines;
}

/** A line of the old file that is another now. */
export interface MovedLine {
  readonly number: number;
  /** As it is now. */
  readonly now: string;
}

/** Lines that stand in both pictures under one number and differ. */
export function movedLines(frozen: readonly DiffHunk[], live: readonly DiffHunk[]): readonly MovedLine[] {
  const now = oldLines(live);
  return [...oldLines(frozen)].flatMap(([number, text]) => {
    const current = now.get(number);
    return current === undefined || current === text ? [] : [{ number, now: current }];
  });
}

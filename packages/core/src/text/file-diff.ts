/** One row of a unified diff. */
export interface DiffRow {
  readonly sign: "context" | "removed" | "added";
  /** The line's number: in the old file where removed, else in the new one. */
  readonly number: number;
  readonly text: string;
  /** Whether the file ends here, without a line end. */
  readonly ending: "line_end" | "no_line_end";
}

export interface DiffHunk {
  readonly rows: readonly DiffRow[];
  /** Unchanged lines between the hunk before, or the file's beginning, and this one. */
  readonly skipped: number;
}

const HEADER = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/**
 * Reads a unified diff of one file. The line counts of each hunk decide what
 * belongs to it, so that no line's text can pass for a header.
 *
 * @returns null for anything else; it must then be shown as it is
 */
export function parseDiff(diff: string): readonly DiffHunk[] | null {
  const lines = diff.split("\n");
  if (lines.at(-1) === "") lines.pop();
  let at = 0;
  while (at < lines.length && HEADER.exec(lines[at] ?? "") === null) {
    if (!/^(---|\+\+\+|diff |index |old mode|new mode|new file|deleted file)/.test(lines[at] ?? "")) return null;
    at += 1;
  }
  const hunks: DiffHunk[] = [];
  let oldEnd = 1;
  while (at < lines.length) {
    const header = HEADER.exec(lines[at] ?? "");
    if (header === null) return null;
    const range = {
      oldStart: Number(header[1]),
      oldCount: Number(header[2] ?? 1),
      newStart: Number(header[3]),
      newCount: Number(header[4] ?? 1),
    };
    const body = parseHunk(lines, at + 1, range);
    if (body === null) return null;
    // A hunk without old lines is placed after the line it names.
    const firstOld = range.oldCount === 0 ? range.oldStart + 1 : range.oldStart;
    hunks.push({ rows: body.rows, skipped: Math.max(0, firstOld - oldEnd) });
    oldEnd = firstOld + range.oldCount;
    at = body.next;
  }
  return hunks;
}

interface HunkRange {
  readonly oldStart: number;
  readonly oldCount: number;
  readonly newStart: number;
  readonly newCount: number;
}

function parseHunk(
  lines: readonly string[],
  from: number,
  range: HunkRange,
): { readonly rows: readonly DiffRow[]; readonly next: number } | null {
  const rows: DiffRow[] = [];
  let at = from;
  let oldLine = range.oldStart;
  let newLine = range.newStart;
  const oldEnd = oldLine + range.oldCount;
  const newEnd = newLine + range.newCount;
  while (oldLine < oldEnd || newLine < newEnd || lines[at]?.startsWith("\\") === true) {
    const line = lines[at];
    if (line === undefined) return null;
    const sign = signOf(line);
    if (sign === "note") {
      const last = rows.pop();
      if (last === undefined) return null;
      rows.push({ ...last, ending: "no_line_end" });
    } else if (sign === null) {
      return null;
    } else {
      rows.push({ sign, number: sign === "removed" ? oldLine : newLine, text: line.slice(1), ending: "line_end" });
      if (sign !== "added") oldLine += 1;
      if (sign !== "removed") newLine += 1;
    }
    at += 1;
  }
  return oldLine === oldEnd && newLine === newEnd ? { rows, next: at } : null;
}

function signOf(line: string): DiffRow["sign"] | "note" | null {
  switch (line[0]) {
    case "+":
      return "added";
    case "-":
      return "removed";
    // Some writers leave out the blank of an empty context line.
    case " ":
    case undefined:
      return "context";
    case "\\":
      return "note";
    default:
      return null;
  }
}

/** Lines that change: of a removed run and the added one that replaces it, the longer counts. */
export function changedLines(rows: readonly { readonly sign: DiffRow["sign"] | "gap" | "raw" }[]): number {
  let changed = 0;
  let removed = 0;
  let added = 0;
  const close = (): void => {
    changed += Math.max(removed, added);
    removed = 0;
    added = 0;
  };
  for (const { sign } of rows) {
    if (sign === "context" || sign === "gap" || (sign === "removed" && added > 0)) close();
    if (sign === "removed") removed += 1;
    if (sign === "added" || sign === "raw") added += 1;
  }
  close();
  return changed;
}

import type { FileChange } from "@writ/core";

import { parseDiff, type DiffHunk, type DiffRow } from "@writ/core/text/file-diff";
import type { Extent } from "./extent.ts";
import { bytes, shortDigest } from "@writ/core/text/figure";

/** A row of a file's body: a line of the diff, unchanged lines left out, or text that is no diff. */
export type BodyRow =
  | DiffRow
  | { readonly sign: "gap"; readonly lines: number }
  | { readonly sign: "raw"; readonly text: string };

/** What is shown of one file. Its counts come from the diff itself where there is one. */
export interface FileBody {
  readonly change: FileChange;
  readonly rows: readonly BodyRow[];
  readonly added: number;
  readonly removed: number;
}

export function bodyOf(change: FileChange, extent: Extent): FileBody {
  const hunks = change.diff === null ? [] : parseDiff(change.diff);
  if (hunks === null) {
    const rows = (change.diff ?? "").split("\n").map((text) => ({ sign: "raw" as const, text }));
    return { change, rows, added: change.added, removed: change.removed };
  }
  const count = (sign: DiffRow["sign"]): number =>
    change.diff === null
      ? { added: change.added, removed: change.removed, context: 0 }[sign]
      : hunks.reduce((sum, hunk) => sum + hunk.rows.filter((row) => row.sign === sign).length, 0);
  const rows = hunks.flatMap((hunk, index) => [
    ...(index > 0 && hunk.skipped > 0 ? [{ sign: "gap" as const, lines: hunk.skipped }] : []),
    ...(extent.kind === "whole" ? hunk.rows : nearChanges(hunk)),
  ]);
  return { change, rows, added: count("added"), removed: count("removed") };
}

/** A hunk with one line of context around each change: an excerpt's rows are dear. */
function nearChanges({ rows }: DiffHunk): readonly BodyRow[] {
  const isNear = (index: number): boolean =>
    [index - 1, index, index + 1].some((at) => (rows[at]?.sign ?? "context") !== "context");
  const kept: BodyRow[] = [];
  let skipped = 0;
  for (const [index, row] of rows.entries()) {
    if (!isNear(index)) {
      skipped += 1;
      continue;
    }
    if (skipped > 0 && kept.length > 0) kept.push({ sign: "gap", lines: skipped });
    skipped = 0;
    kept.push(row);
  }
  return kept;
}

/** What a diff does not show: that a file is new or goes, is no text, changes its mode. */
export function remarks({ change, rows }: FileBody): readonly string[] {
  const { before, after } = change;
  const fate = { create: ["new file"], delete: ["deleted"], overwrite: [] }[change.change];
  const sizes = [before, after].filter((version) => version !== null);
  const isEmpty = sizes.every((version) => version.bytes === 0);
  const content =
    change.diff !== null
      ? rows.length === 0 && !isEmpty
        ? ["same content"]
        : []
      : [
          `not text: ${sizes.map((version) => bytes(version.bytes)).join(" → ")}`,
          sizes.map((version) => shortDigest(version.sha256)).join(" → "),
        ];
  const empty = change.diff !== null && rows.length === 0 && isEmpty ? ["empty"] : [];
  const mode =
    before !== null && after !== null && before.mode !== after.mode ? [`mode ${before.mode} → ${after.mode}`] : [];
  const executable =
    before === null && after !== null && isExecutable(after.mode) ? [`executable, mode ${after.mode}`] : [];
  return [...fate, ...content, ...empty, ...mode, ...executable];
}

function isExecutable(mode: string): boolean {
  return (Number.parseInt(mode, 8) & 0o111) !== 0;
}

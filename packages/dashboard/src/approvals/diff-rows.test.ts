import fc from "fast-check";
import { createTwoFilesPatch } from "diff";
import { parseDiff } from "@writ/core/text/file-diff";
import { describe, expect, test } from "vitest";

import { movedLines, oldLines, pairRows, type PairRow } from "./diff-rows.ts";

const hunksOf = (before: string, after: string) =>
  parseDiff(
    createTwoFilesPatch("a", "a", before, after, "", "", { context: 3 })
      .replace(/^=+\n/m, "")
      .replace(/^(Index.*\n)/m, ""),
  ) ?? [];
const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");
const sides = (rows: readonly PairRow[]) =>
  rows.flatMap((row) => (row.kind === "gap" ? [] : [[row.left?.row.text ?? null, row.right?.row.text ?? null]]));

describe("two columns", () => {
  test("a removed line stands beside the one that takes its place, and words are marked", () => {
    const rows = pairRows(hunksOf(text(["a", "keep_days: 365", "z"]), text(["a", "keep_days: 90", "log: x", "z"])));
    expect(sides(rows)).toEqual([
      ["a", "a"],
      ["keep_days: 365", "keep_days: 90"],
      [null, "log: x"],
      ["z", "z"],
    ]);
    const pair = rows[1];
    expect(pair?.kind === "pair" ? pair.left?.words : null).toEqual([
      { text: "keep_days: ", kind: "same" },
      { text: "365", kind: "changed" },
    ]);
  });

  test("show every line of both files where it stands, and lose none", () => {
    const line = fc.constantFrom("a", "b", "c", "keep: 1", "keep: 2", "");
    let changed = 0;
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 40, size: "max" }),
        fc.array(line, { maxLength: 40, size: "max" }),
        (before, after) => {
          const hunks = hunksOf(text(before), text(after));
          const rows = pairRows(hunks);
          if (rows.length > 0) changed += 1;
          for (const row of rows) {
            if (row.kind === "gap") continue;
            if (row.left !== null) expect(before[row.left.row.number - 1]).toBe(row.left.row.text);
            if (row.right !== null) expect(after[row.right.row.number - 1]).toBe(row.right.row.text);
            for (const cell of [row.left, row.right])
              if (cell !== null) expect(cell.words.map((word) => word.text).join("")).toBe(cell.row.text);
          }
          const shown = rows.filter((row) => row.kind === "pair" && row.right?.row.sign === "added").length;
          expect(shown).toBe(hunks.flatMap((hunk) => hunk.rows).filter(({ sign }) => sign === "added").length);
        },
      ),
      { numRuns: 400 },
    );
    expect(changed).toBeGreaterThan(300);
  });
});

describe("a file that moved after it was frozen", () => {
  test("its moved lines are named with what they are now", () => {
    const after = text(["version: 3", "keep_days: 90"]);
    const frozen = hunksOf(text(["version: 3", "keep_days: 365"]), after);
    const live = hunksOf(text(["version: 3", "keep_days: 400"]), after);
    expect(movedLines(frozen, live)).toEqual([{ number: 2, now: "keep_days: 400" }]);
    expect([...oldLines(frozen)]).toEqual([
      [1, "version: 3"],
      [2, "keep_days: 365"],
    ]);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { changedLines, parseDiff } from "./file-diff.ts";

describe("a unified diff", () => {
  test("gives each line its sign and number", () => {
    const hunks = parseDiff("--- a/x\n+++ b/x\n@@ -3,3 +3,4 @@ fn\n a\n-b\n+c\n+d\n e\n");
    expect(hunks?.[0]?.rows.map(({ sign, number, text }) => `${sign} ${number} ${text}`)).toEqual([
      "context 3 a",
      "removed 4 b",
      "added 4 c",
      "added 5 d",
      "context 6 e",
    ]);
    expect(hunks?.[0]?.skipped).toBe(2);
  });

  test("a removed line that looks like a header belongs to its hunk", () => {
    const hunks = parseDiff("@@ -1,2 +1,1 @@\n--- a/secret\n-@@ -9,9 +9,9 @@\n+++ b/other\n");
    expect(hunks?.[0]?.rows.map(({ text }) => text)).toEqual(["-- a/secret", "@@ -9,9 +9,9 @@", "++ b/other"]);
  });

  test("says where a file ends without a line end", () => {
    const hunks = parseDiff("@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n");
    expect(hunks?.[0]?.rows.map(({ ending }) => ending)).toEqual(["no_line_end", "no_line_end"]);
  });

  test("a new file has no old lines", () => {
    expect(
      parseDiff("--- /dev/null\n+++ b/x\n@@ -0,0 +1,2 @@\n+a\n+b\n")?.[0]?.rows.map(({ number }) => number),
    ).toEqual([1, 2]);
  });

  test("counts the lines between hunks", () => {
    const hunks = parseDiff("@@ -1,1 +1,1 @@\n-a\n+b\n@@ -12,1 +12,1 @@\n-c\n+d\n");
    expect(hunks?.map(({ skipped }) => skipped)).toEqual([0, 10]);
  });

  test.each([
    ["prose", "hello\n"],
    ["a hunk that ends early", "@@ -1,3 +1,3 @@\n a\n"],
    ["a line that belongs to no hunk", "@@ -1,1 +1,1 @@\n-a\n+b\n+c\n"],
    ["a sign that is none", "@@ -1,1 +1,1 @@\n*a\n"],
    ["more lines of one side than announced", "@@ -1,1 +1,2 @@\n-a\n-b\n+c\n"],
  ])("%s is no diff", (_, text) => {
    expect(parseDiff(text)).toBeNull();
  });

  test("an empty diff has no hunks", () => {
    expect(parseDiff("")).toEqual([]);
  });
});

test("a replaced line changes once", () => {
  const rows = (signs: string) =>
    [...signs].map((sign) => ({ sign: sign === "-" ? "removed" : sign === "+" ? "added" : "context" }) as const);
  expect(changedLines(rows(" -+ "))).toBe(1);
  expect(changedLines(rows("--+ ++-"))).toBe(2 + 2 + 1);
  expect(changedLines(rows("++"))).toBe(2);
  expect(changedLines(rows("  "))).toBe(0);
});

test("every line of a diff is there after reading, in order, and no other", () => {
  let changed = 0;
  const line = fc.string({ unit: "binary-ascii", maxLength: 8 }).map((text) => text.replaceAll("\n", ""));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(" ", "-", "+"), line), { minLength: 1, maxLength: 20 }), (rows) => {
      const old = rows.filter(([sign]) => sign !== "+").length;
      const fresh = rows.filter(([sign]) => sign !== "-").length;
      const diff = `@@ -1,${old} +1,${fresh} @@\n${rows.map((row) => row.join("")).join("\n")}\n`;
      const read = parseDiff(diff)?.flatMap((hunk) => hunk.rows.map(({ text }) => text));
      expect(read).toEqual(rows.map(([, text]) => text));
      if (old + fresh !== 2 * rows.length) changed += 1;
    }),
    { numRuns: 1_000 },
  );
  expect(changed).toBeGreaterThan(700);
});

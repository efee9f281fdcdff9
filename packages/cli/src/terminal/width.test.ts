import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { characterWidth, displayWidth, fitting } from "./width.ts";

describe("columns", { timeout: 60_000 }, () => {
  test.each([
    ["a", 1],
    ["é", 1],
    ["e\u0301", 1],
    ["日本", 4],
    ["ｱ", 1],
    ["👍", 2],
    ["🇩🇪", 2],
    ["─◆✓…", 4],
    ["한", 2],
  ])("%s takes %i", (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });

  test("agree with another implementation of UAX #11 for every assigned letter", () => {
    const script = `
import unicodedata as u
for c in range(0xA0, 0x110000):
    ch = chr(c)
    if u.category(ch) in ('Cn','Cs','Co','Cc','Cf','Zs','Zl','Zp','Mn','Me','So','Sk'): continue
    if u.east_asian_width(ch) in 'WF': print(c)
`;
    const python = spawnSync("python3", ["-c", script], { encoding: "utf8" });
    if (python.error !== undefined) return;
    const wide = new Set(python.stdout.trim().split("\n").map(Number));
    expect(wide.size).toBeGreaterThan(90_000);
    const wrong = [...wide].filter((code) => characterWidth(String.fromCodePoint(code)) !== 2);
    // Letters that combine with what is before them take no column of their own.
    expect(wrong.map((code) => code.toString(16))).toEqual([]);
  });
});

test("a beginning fits, and what follows would not", () => {
  let cutHappened = 0;
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 30 }), fc.integer({ min: 2, max: 20 }), (text, columns) => {
      const head = fitting(text, columns);
      expect(displayWidth(head)).toBeLessThanOrEqual(columns);
      expect(text.startsWith(head)).toBe(true);
      if (head === text) return;
      cutHappened += 1;
      const [next = ""] = text.slice(head.length);
      expect(displayWidth(head) + characterWidth(next)).toBeGreaterThanOrEqual(columns);
    }),
    { numRuns: 500 },
  );
  expect(cutHappened).toBeGreaterThan(20);
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { columns } from "./columns.ts";
import { SCREEN } from "./gallery-samples.ts";
import { cut, hanging, lineWidth, sides, wrapped } from "./layout.ts";
import { say, textOf } from "./span.ts";

const line = (text: string) => say(SCREEN, "plain", text);
const texts = (lines: readonly (readonly { text: string }[])[]) =>
  lines.map((row) => row.map(({ text }) => text).join(""));

describe("wrapping", () => {
  test("breaks between words and keeps the first row's indent", () => {
    expect(texts(wrapped(line("  one two three four"), 10, 4))).toEqual(["  one two", "    three", "    four"]);
  });

  test("breaks a word that no row can hold", () => {
    expect(texts(wrapped(line("abcdefghij kl"), 4, 1))).toEqual(["abcd", " efg", " hij", " kl"]);
  });

  test("keeps to the width and loses no letter, whatever the text", () => {
    let broken = 0;
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "b", " ", "日", "é"), maxLength: 60, size: "max" }),
        fc.integer({ min: 6, max: 40 }),
        fc.integer({ min: 0, max: 4 }),
        (text, width, indent) => {
          const whole = line(text);
          const rows = wrapped(whole, width, indent);
          if (rows.length > 1) broken += 1;
          for (const row of rows) expect(lineWidth(row)).toBeLessThanOrEqual(width);
          expect(texts(rows).join("").replaceAll(" ", "")).toBe(textOf(whole).replaceAll(" ", ""));
        },
      ),
      { numRuns: 1_000 },
    );
    expect(broken).toBeGreaterThan(300);
  });
});

test("cutting leaves an ellipsis and never more than the width", () => {
  expect(textOf(cut(SCREEN, line("abcdef"), 4))).toBe("abc…");
  expect(textOf(cut(SCREEN, line("abcdef"), 6))).toBe("abcdef");
  expect(textOf(cut(SCREEN, line("日本語です"), 6))).toBe("日本…");
  expect(textOf(cut({ ...SCREEN, glyphs: "ascii" }, line("abcdefgh"), 6))).toBe("abc...");
});

test("a label holds its text in a column, and lets go of it where there is no room", () => {
  expect(texts(hanging(SCREEN, line("  a"), 6, line("text")))).toEqual(["  a   text"]);
  expect(texts(hanging(SCREEN, line("  a-long-label"), 6, line("text")))).toEqual(["  a-long-label  text"]);
  expect(texts(hanging({ ...SCREEN, columns: 30 }, line("  a"), 6, line("text")))).toEqual(["  a   text"]);
  expect(texts(hanging({ ...SCREEN, columns: 30 }, line("  a"), 6, line("some more text than fits here")))).toEqual([
    "  a",
    "    some more text than fits",
    "    here",
  ]);
});

test("what stands at the edge goes below where it does not fit", () => {
  expect(texts(sides(SCREEN, line("left"), line("right"), 20))).toEqual(["left           right"]);
  expect(texts(sides(SCREEN, line("left"), line("right"), 8))).toEqual(["left", "    right"]);
});

test("columns shrink from the widest, for people; programs get them whole", () => {
  const rows = [[line("x".repeat(50)), line("y".repeat(30)), line("z")]];
  const [row = ""] = texts(columns(SCREEN, 2, rows));
  expect(row).toMatch(/^ {2}x+… {2}y+ {2}z$/);
  expect(texts(columns({ ...SCREEN, form: "lines" }, 0, rows))).toEqual([`${"x".repeat(50)}  ${"y".repeat(30)}  z`]);
});

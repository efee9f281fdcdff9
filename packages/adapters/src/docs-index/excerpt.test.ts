import * as fc from "fast-check";
import { expect, test } from "vitest";

import { clip } from "./clip.ts";
import { excerptOf, snippetOf } from "./excerpt.ts";

const long = ["# One", ...Array.from({ length: 40 }, (_, at) => `line ${at}`), "## Two", "the match", "after", ""].join(
  "\n",
);

test("a document that fits is given whole", () => {
  expect(excerptOf("a\nb", 2, 10)).toEqual({ text: "a\nb", line: 1, cut: 0 });
});

test("one that does not fit is given from the heading above the match on", () => {
  const excerpt = excerptOf(long, 43, 40);
  expect(excerpt).toEqual({ text: "## Two\nthe match\nafter\n", line: 42, cut: long.length - 23 });
});

test("an excerpt is whole lines of the document, no longer than there is room, and tells what it leaves out", () => {
  let cut = 0;
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom("a", " ", "#", "é", "😀"), maxLength: 12 }), { maxLength: 30 }),
      fc.nat(30),
      fc.integer({ min: 1, max: 200 }),
      (lines, at, room) => {
        const text = lines.join("\n");
        const excerpt = excerptOf(text, Math.min(at + 1, lines.length), room);
        expect(excerpt.text.length).toBeLessThanOrEqual(room);
        expect(excerpt.text).not.toMatch(/\p{Surrogate}/u);
        if (excerpt.cut === 0) return;
        cut += 1;
        const from = lines
          .slice(0, excerpt.line - 1)
          .map((line) => `${line}\n`)
          .join("").length;
        expect(text.slice(from, from + excerpt.text.length)).toBe(excerpt.text);
        expect(excerpt.cut).toBe(text.length - excerpt.text.length);
      },
    ),
    { numRuns: 500 },
  );
  expect(cut).toBeGreaterThan(100);
});

test("a snippet is the line that matched, or the first below it that says something", () => {
  expect(snippetOf("a\n\n---\n  b \n", 2)).toBe("b");
  expect(snippetOf("", 1)).toBe("");
  expect(snippetOf("x".repeat(500), 1)).toHaveLength(240);
});

test("no character is halved", () => {
  expect(clip("ab😀", 3)).toBe("ab");
  expect(clip("ab😀", 4)).toBe("ab😀");
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { SCREEN } from "./gallery-samples.ts";
import { capped, hiddenNames, isPlainlyVisible, LINE_CAP, revealed, revealedText } from "@writ/core/text/safe-text";
import { say, textOf, verbatim } from "./span.ts";
import { encode } from "./style.ts";

const ESC = "\u001B";

describe("hidden characters are named, in code order", () => {
  test.each([
    ["a colour sequence", `${ESC}[31mred`, "[U+001B][31mred"],
    ["a window title", `${ESC}]0;owned\u0007`, "[U+001B]]0;owned[U+0007]"],
    ["an eight-bit control sequence", "\u009B31m", "[U+009B]31m"],
    ["a right-to-left override", "txt.\u202Egpj", "txt.[U+202E]gpj"],
    ["bidirectional isolates", "\u2066a\u2069", "[U+2066]a[U+2069]"],
    ["a zero-width space", "rm -rf a\u200B/", "rm -rf a[U+200B]/"],
    ["tags", "go\u{E0067}\u{E006F}", "go[U+E0067][U+E006F]"],
    ["a variation selector", "a\uFE0F", "a[U+FE0F]"],
    ["a no-break space", "rm\u00A0x", "rm[U+00A0]x"],
    ["a filler letter", "a\u3164b", "a[U+3164]b"],
    ["a lone surrogate", "a\uD800b", "a[U+D800]b"],
    ["a line end", "a\nb\r", "a[U+000A]b[U+000D]"],
    ["a private-use character", "\uE000", "[U+E000]"],
    ["a soft hyphen", "pass\u00ADword", "pass[U+00AD]word"],
    ["a mark with nothing to stand on", "\u0338x", "[U+0338]x"],
  ])("%s", (_, text, shown) => {
    expect(revealedText(text)).toBe(shown);
  });

  test("letters of every script stay as they are, with their marks", () => {
    for (const text of ["Ζωή", "日本語", "e\u0301te\u0301", "क्षि", "👍", "naïve – “quoted”"])
      expect(revealedText(text)).toBe(text);
  });

  test("a tower of marks is taken down", () => {
    expect(hiddenNames(`a${"\u0335".repeat(40)}`)).toHaveLength(34);
  });
});

describe("a line's cap", () => {
  test("counts what it leaves out", () => {
    const line = textOf(say(SCREEN, "plain", "x".repeat(LINE_CAP + 8_112)));
    expect(line).toBe(`${"x".repeat(LINE_CAP)}… 8,112 more`);
  });

  test("counts characters, not code units", () => {
    expect(capped("👍".repeat(2_001), LINE_CAP)).toEqual({ shown: "👍".repeat(2_000), left: 1 });
  });

  test("leaves a line of exactly that length alone", () => {
    expect(capped("x".repeat(LINE_CAP), LINE_CAP)).toEqual({ shown: "x".repeat(LINE_CAP), left: 0 });
  });
});

/** Strings in which dangerous characters are as common as letters. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 6 }),
      fc.constantFrom(`${ESC}[31m`, `${ESC}]0;x\u0007`, ESC),
      fc.constantFrom(
        `${ESC}[2J`,
        `${ESC}]8;;http://x\u0007`,
        "\u202E",
        "\u200B",
        "\r",
        "\n",
        "\t",
        "\u0085",
        "\u{E0001}",
        "\uD83D",
        "é",
        " ",
      ),
      fc.string({ maxLength: 8 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

const CONTROL = /[\u0000-\u001F\u007F-\u009F]/;
const OURS = /\u001B\[(?:2|1|3[1-6]|1;31)m|\u001B\[0m/g;

describe("whatever the text", { timeout: 60_000 }, () => {
  test("nothing reaches the terminal that it would act on, but our own colours", () => {
    let withControl = 0;
    let withEscape = 0;
    const coloured = { ...SCREEN, colours: "ansi16" } as const;
    fc.assert(
      fc.property(hostile, fc.constantFrom("plain", "bad", "doubt"), (text, role) => {
        if (CONTROL.test(text)) withControl += 1;
        if (text.includes(ESC)) withEscape += 1;
        for (const line of [say(coloured, role, text), verbatim(coloured, role, text), [{ role, text }]]) {
          const bytes = encode(coloured, line);
          expect(bytes.replace(OURS, "")).not.toMatch(CONTROL);
          expect(isPlainlyVisible(bytes.replace(OURS, "").replace(/\p{M}/gu, ""))).toBe(true);
          expect(encode(SCREEN, line)).not.toMatch(CONTROL);
        }
      }),
      { numRuns: 10_000 },
    );
    expect(withControl).toBeGreaterThan(5_000);
    expect(withEscape).toBeGreaterThan(4_000);
  });

  test("a text can be read back from what is shown, so nothing is lost", () => {
    let named = 0;
    fc.assert(
      fc.property(hostile, (text) => {
        fc.pre(!text.includes("[U+"));
        const pieces = revealed(text);
        if (pieces.some((piece) => piece.kind === "code_point")) named += 1;
        const back = pieces.map((piece) =>
          piece.kind === "text" ? piece.text : String.fromCodePoint(Number.parseInt(piece.text.slice(3, -1), 16)),
        );
        expect(back.join("")).toBe(text);
      }),
      { numRuns: 2_000 },
    );
    expect(named).toBeGreaterThan(1_000);
  });

  test("outside UTF-8 only ASCII leaves", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const screen = { ...SCREEN, glyphs: "ascii" } as const;
        for (const line of [say(screen, "plain", text), verbatim(screen, "plain", text)]) {
          expect(encode(screen, line)).toMatch(/^[ -~]*$/);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { edit, EMPTY_LINE, type Drawn, type LineEditor } from "./line-editor.ts";

const drawn = (character: string): Drawn | null =>
  character >= " " && character !== "\u007F" ? { text: character, columns: 1 } : null;

function after(...inputs: string[]): { line: string; echo: string; event: unknown } {
  let editor: LineEditor = EMPTY_LINE;
  let echo = "";
  let event: unknown = null;
  for (const input of inputs) {
    const step = edit(editor, input, drawn);
    editor = step.editor;
    echo += step.echo;
    event = step.event;
  }
  return { line: editor.typed.join(""), echo, event };
}

describe("a line under the cursor", () => {
  test("is what was typed, and Enter hands it over", () => {
    expect(after("h", "i")).toEqual({ line: "hi", echo: "hi", event: null });
    expect(after("hi", "\r")).toEqual({ line: "", echo: "hi", event: { type: "line", text: "hi" } });
    expect(after("hi\n").event).toEqual({ type: "line", text: "hi" });
  });

  test("what stands behind Enter is thrown away", () => {
    expect(after("v\ry\r")).toEqual({ line: "", echo: "v", event: { type: "line", text: "v" } });
  });

  test("backspace, Ctrl-W and Ctrl-U erase", () => {
    expect(after("abc\u007F")).toEqual({ line: "ab", echo: "abc\b \b", event: null });
    expect(after("one two \u0017").line).toBe("one ");
    expect(after("abc\u0015").line).toBe("");
    expect(after("\u007F\u0015\u0017").echo).toBe("");
  });

  test("Ctrl-C interrupts at any time, Ctrl-D ends only an empty line", () => {
    expect(after("abc\u0003").event).toEqual({ type: "interrupt" });
    expect(after("\u0004").event).toEqual({ type: "end_of_input" });
    expect(after("a\u0004")).toEqual({ line: "a", echo: "a", event: null });
  });

  test("arrows and other sequences do nothing, also in pieces", () => {
    expect(after("a\u001B[Cb\u001BOPc\u001B[1;5Dd")).toMatchObject({ line: "abcd", echo: "abcd" });
    expect(after("a\u001B", "[", "1;5", "D", "b").line).toBe("ab");
    expect(after("a\u001B]0;title\u0007b\u001BPdata\u001B\\c").line).toBe("abc");
  });
});

test("the echo never holds what a terminal would act on, but going back one column", () => {
  let controls = 0;
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.string({ unit: "binary", maxLength: 8 }),
          fc.constantFrom("\u001B[2J", "\u0007", "\u007F", "\u001B]0;"),
        ),
        {
          maxLength: 6,
        },
      ),
      (inputs) => {
        if (/[\u0000-\u001F]/.test(inputs.join(""))) controls += 1;
        const { echo } = after(...inputs);
        expect(echo.replaceAll("\b \b", "")).not.toMatch(/[\u0000-\u001F\u007F]/);
      },
    ),
    { numRuns: 2_000 },
  );
  expect(controls).toBeGreaterThan(300);
});

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { recordingTerminal } from "../terminal.ts";
import { blocks } from "./blocks.ts";
import { showBlocks } from "./gallery.ts";
import { SCREEN } from "./gallery-samples.ts";
import type { Screen } from "./screen.ts";
import { textOf } from "./span.ts";
import { encodeAll } from "./style.ts";
import { displayWidth } from "./width.ts";

const ESC = "\u001B";
const names = Object.keys(blocks(SCREEN));

function drawn(screen: Screen, name: string): string {
  return encodeAll(screen, blocks(screen)[name] ?? []);
}

/** The texts of the design, character for character. */
describe("a block without colour is the design's text", () => {
  test.each([
    "demo",
    "demo_without_terminal",
    "plan",
    "run",
    "destructive_question",
    "approvals",
    "moved",
    "show",
    "replay",
    "replay_against",
    "audit",
    "tampered",
    "errors",
    "doctor",
  ])("%s", (name) => {
    const design = readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), "utf8");
    expect(drawn(SCREEN, name)).toBe(design);
  });
});

test("the gallery shows them all, or those that are asked for", () => {
  const terminal = recordingTerminal(SCREEN);
  showBlocks(terminal, []);
  for (const name of names) expect(terminal.written.out).toContain(`$ ${name}\n`);
  const few = recordingTerminal(SCREEN);
  showBlocks(few, ["audit"]);
  expect(few.written.out).toBe(`$ audit\n${drawn(SCREEN, "audit")}\n`);
});

describe.each(names)("%s", (name) => {
  test("in colour says the same", () => {
    const coloured = drawn({ ...SCREEN, colours: "ansi16" }, name);
    expect(coloured).toMatchSnapshot();
    expect(coloured.replace(/\u001B\[[0-9;]*m/g, "")).toBe(drawn(SCREEN, name));
  });

  test("for a program", () => {
    const plain = drawn({ ...SCREEN, form: "lines" }, name);
    expect(plain).toMatchSnapshot();
    expect(plain).not.toContain(ESC);
  });

  test("outside UTF-8", () => {
    const ascii = drawn({ ...SCREEN, glyphs: "ascii" }, name);
    expect(ascii).toMatchSnapshot();
    expect(ascii).toMatch(/^[ -~\n]*$/);
  });

  test("in one column", () => {
    expect(drawn({ ...SCREEN, columns: 50 }, name)).toMatchSnapshot();
  });

  test.each([80, 72, 60, 59, 50, 40])("keeps within %i columns", (columns) => {
    const screen = { ...SCREEN, columns };
    const lines = blocks(screen)[name] ?? [];
    // A program's line and a command in an error are never broken: the one is read by programs, the other copied.
    const isFact = name === "demo_without_terminal";
    const wide = lines
      .map(textOf)
      .filter((text) => displayWidth(text) > columns && !isFact && !text.trimStart().startsWith("writ "));
    expect(wide).toEqual([]);
  });
});

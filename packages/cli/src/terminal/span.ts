import { grouped } from "@writ/core/text/figure";
import { codePointName, LINE_CAP, capped, revealed, type Piece } from "@writ/core/text/safe-text";
import type { Screen } from "./screen.ts";

/**
 * Why a stretch of text is coloured. `strong` is bold; `local` and `grave` are
 * the reaches `local_write` and `destructive`; `doubt` also marks drift.
 */
export type Role = "plain" | "dim" | "strong" | "ok" | "wait" | "bad" | "doubt" | "info" | "local" | "grave";

export interface Span {
  readonly role: Role;
  readonly text: string;
}

/** One row of the screen, without its line end. */
export type Line = readonly Span[];

/** Each of our own glyphs, and what stands for it outside UTF-8. */
const ASCII: Readonly<Record<string, string>> = {
  "✓": "ok",
  "✗": "x",
  "◆": "!",
  "↑": "^",
  "⊘": "/",
  "◔": "~",
  "–": "-",
  "‖": "=",
  "●": "*",
  "○": ".",
  "≠": "!=",
  "├": "|",
  "└": "`",
  "│": "|",
  "─": "-",
  "…": "...",
  "·": "-",
  "→": "->",
  "−": "-",
  "›": ">",
  "¢": "c",
  "↪": "\\",
  "⇥": ">",
  "␠": "_",
  "•": "*",
};

/**
 * Words for the screen, our own and other people's alike: hidden characters are
 * named, outside UTF-8 our glyphs have stand-ins and every other character is
 * named too, and more than `LINE_CAP` characters are cut and counted.
 */
export function say(screen: Screen, role: Role, text: string): Line {
  const { shown, left } = capped(text, LINE_CAP);
  const line = paint(role, screen.glyphs === "ascii" ? standIns(shown) : revealed(shown));
  return left === 0 ? line : [...line, ...say(screen, "dim", `… ${grouped(left)} more`)];
}

/** Bytes somebody decides on: as `say`, and outside UTF-8 nothing is replaced by something similar. */
export function verbatim(screen: Screen, role: Role, text: string): Line {
  const { shown, left } = capped(text, LINE_CAP);
  const line = paint(role, screen.glyphs === "ascii" ? named(shown) : revealed(shown));
  return left === 0 ? line : [...line, ...say(screen, "dim", `… ${grouped(left)} more`)];
}

/** What a line says, without its colours. */
export function textOf(line: Line): string {
  return line.map((span) => span.text).join("");
}

function paint(role: Role, pieces: readonly Piece[]): Line {
  return pieces.map((piece) => ({ role: piece.kind === "code_point" ? "doubt" : role, text: piece.text }));
}

function named(text: string): readonly Piece[] {
  return [...text].map((character) =>
    character >= " " && character <= "~"
      ? { kind: "text", text: character }
      : { kind: "code_point", text: codePointName(character) },
  );
}

function standIns(text: string): readonly Piece[] {
  return [...text].flatMap((character) => {
    const standIn = ASCII[character];
    return standIn === undefined ? named(character) : [{ kind: "text" as const, text: standIn }];
  });
}

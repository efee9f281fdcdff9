import { isPlainlyVisible, revealedText } from "@writ/core/text/safe-text";
import type { Screen } from "./screen.ts";
import { textOf, type Line, type Role, type Span } from "./span.ts";

/** Select Graphic Rendition, foreground colours of the 16 only. @see ECMA-48, 8.3.117 */
const GRAPHIC_RENDITION: Readonly<Record<Role, string>> = {
  plain: "",
  dim: "2",
  strong: "1",
  ok: "32",
  wait: "33",
  bad: "31",
  doubt: "35",
  info: "34",
  local: "36",
  grave: "1;31",
};

/**
 * A line as it goes to the terminal, without line end and trailing blanks. This is the last
 * door: what is not plainly visible by now is revealed here, so our own styling
 * is the only escape sequence a terminal ever receives.
 */
export function encode(screen: Screen, line: Line): string {
  return trimmed(merged(line))
    .map((span) => styled(screen, span))
    .join("");
}

/** Lines as the bytes of a stream. */
export function encodeAll(screen: Screen, lines: readonly Line[]): string {
  return lines.map((line) => `${encode(screen, line)}\n`).join("");
}

function styled(screen: Screen, span: Span): string {
  const text = isPlainlyVisible(span.text) ? span.text : revealedText(span.text);
  const rendition = GRAPHIC_RENDITION[span.role];
  const isBlank = text.trim() === "";
  return screen.colours === "none" || rendition === "" || isBlank ? text : `\u001B[${rendition}m${text}\u001B[0m`;
}

function trimmed(line: Line): Line {
  const spans = [...line];
  for (let last = spans.pop(); last !== undefined; last = spans.pop()) {
    const text = last.text.trimEnd();
    if (text !== "") return [...spans, { role: last.role, text }];
  }
  return [];
}

/** Neighbours of one role in one piece: a glyph and its word need one pair of sequences, and a letter keeps its marks. */
function merged(line: Line): Line {
  const spans: Span[] = [];
  for (const span of line) {
    const last = spans.at(-1);
    if (last?.role === span.role) spans[spans.length - 1] = { role: last.role, text: textOf([last, span]) };
    else spans.push(span);
  }
  return spans;
}

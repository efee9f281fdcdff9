import { isOneColumn, textEdge, type Screen } from "./screen.ts";
import { say, textOf, type Line, type Span } from "./span.ts";
import { displayWidth, fitting } from "./width.ts";

/** Where text goes on when its row is full or, below 60 columns, when it does not fit beside its label. */
const CONTINUATION = 4;

/** A body squeezed into fewer columns goes below its head. */
const NARROWEST_BODY = 24;
const NARROWEST_WORD = 12;

export function lineWidth(line: Line): number {
  return displayWidth(textOf(line));
}

export function blanks(count: number): Line {
  return count <= 0 ? [] : [{ role: "plain", text: " ".repeat(count) }];
}

export function padded(line: Line, width: number): Line {
  return [...line, ...blanks(width - lineWidth(line))];
}

/** A line of at most `width` columns; what is left out shows as an ellipsis. */
export function cut(screen: Screen, line: Line, width: number): Line {
  if (lineWidth(line) <= width) return line;
  const ellipsis = say(screen, "dim", "…");
  return [...start(line, Math.max(1, width - lineWidth(ellipsis))), ...ellipsis];
}

/** The beginning of a line that fits into `width` columns. */
export function start(line: Line, width: number): Line {
  const kept: Span[] = [];
  let room = width;
  for (const span of line) {
    const needs = displayWidth(span.text);
    if (needs <= room) {
      kept.push(span);
      room -= needs;
      continue;
    }
    const head = fitting(span.text, room);
    if (room > 0 && displayWidth(head) <= room) kept.push({ role: span.role, text: head });
    break;
  }
  return kept;
}

/**
 * Breaks running text between words; a word longer than a row is broken within.
 *
 * @param width columns of each row, its indent included
 * @param indent blanks before every row but the first
 */
export function wrapped(line: Line, width: number, indent: number): readonly Line[] {
  const rows: Line[] = [];
  let row: Line = [];
  let used = 0;
  let base = 0;
  const next = (): void => {
    rows.push(row);
    row = blanks(indent);
    used = indent;
    base = indent;
  };
  for (const word of words(line)) {
    const startsRow = used === base;
    let gap = startsRow && rows.length > 0 ? 0 : word.gap;
    let rest = word.letters;
    if (!startsRow && used + gap + lineWidth(rest) > width) {
      next();
      gap = 0;
    }
    while (used + gap + lineWidth(rest) > width) {
      const head = start(rest, width - used - gap);
      const taken = head.length === 0 ? firstCharacter(rest) : head;
      row = [...row, ...blanks(gap), ...taken];
      rest = without(rest, taken);
      gap = 0;
      if (rest.length === 0) break;
      next();
    }
    row = [...row, ...blanks(gap), ...rest];
    used += gap + lineWidth(rest);
  }
  return [...rows, row];
}

/** Text behind a label, from `column` on. In one column, and where the label is too long, it goes below if it does not fit. */
export function hanging(screen: Screen, head: Line, column: number, body: Line): readonly Line[] {
  if (body.length === 0) return [head];
  const edge = textEdge(screen);
  const label = textOf(head).trim() === "" ? [] : head;
  const beside = padded(label, Math.max(column, lineWidth(label) + 2));
  const isBeside = isOneColumn(screen)
    ? label.length > 0 && lineWidth(beside) + lineWidth(body) <= edge
    : lineWidth(beside) <= Math.max(column, edge - NARROWEST_BODY) && lineWidth(beside) < edge - NARROWEST_WORD;
  if (isBeside) {
    const [first = [], ...others] = wrapped(body, edge - lineWidth(beside), 0);
    return [[...beside, ...first], ...others.map((row) => [...blanks(lineWidth(beside)), ...row])];
  }
  const indent = isOneColumn(screen) ? indentOf(head) + 2 : Math.min(column, edge - NARROWEST_BODY);
  const below = wrapped([...blanks(indent), ...body], edge, indent);
  return label.length === 0 ? below : [...wrapped(label, edge, CONTINUATION), ...below];
}

/** Two texts in one row, the second ending at `edge`; in two rows where they do not fit. */
export function sides(screen: Screen, left: Line, right: Line, edge: number): readonly Line[] {
  const gap = edge - lineWidth(left) - lineWidth(right);
  if (right.length === 0) return wrapped(left, textEdge(screen), CONTINUATION);
  if (gap >= 2) return [[...left, ...blanks(gap), ...right]];
  return [...wrapped(left, textEdge(screen), CONTINUATION), [...blanks(CONTINUATION), ...right]];
}

/** Running text from `indent` on. */
export function paragraph(screen: Screen, indent: number, line: Line): readonly Line[] {
  return wrapped([...blanks(indent), ...line], textEdge(screen), indent);
}

/** A glyph or a place, and running text behind it. */
export function sentence(screen: Screen, line: Line): readonly Line[] {
  return wrapped(line, textEdge(screen), CONTINUATION);
}

function indentOf(line: Line): number {
  const text = textOf(line);
  const indent = text.length - text.trimStart().length;
  return indent === text.length ? CONTINUATION - 2 : indent;
}

interface Word {
  /** Blanks before it. */
  readonly gap: number;
  readonly letters: Line;
}

function words(line: Line): readonly Word[] {
  const found: { gap: number; letters: Span[] }[] = [];
  let current = { gap: 0, letters: new Array<Span>() };
  for (const span of line) {
    for (const part of span.text.split(/( +)/)) {
      if (part === "") continue;
      if (!part.startsWith(" ")) {
        current.letters.push({ role: span.role, text: part });
        continue;
      }
      if (current.letters.length > 0) {
        found.push(current);
        current = { gap: 0, letters: [] };
      }
      current.gap += part.length;
    }
  }
  if (current.letters.length > 0) found.push(current);
  return found;
}

function firstCharacter(line: Line): Line {
  const [first] = line;
  return first === undefined ? [] : [{ role: first.role, text: fitting(first.text, 1) }];
}

/** What remains of a line when its beginning is taken away. */
export function without(line: Line, beginning: Line): Line {
  const rest: Span[] = [];
  let skip = textOf(beginning).length;
  for (const span of line) {
    if (skip < span.text.length) rest.push({ role: span.role, text: span.text.slice(skip) });
    skip = Math.max(0, skip - span.text.length);
  }
  return rest;
}

import { grouped } from "@writ/core/text/figure";
import { blanks, lineWidth, start, without } from "./layout.ts";
import type { Extent } from "./extent.ts";
import { capped, LINE_CAP } from "@writ/core/text/safe-text";
import { textEdge, type Screen } from "./screen.ts";
import { say, verbatim, type Line, type Role, type Span } from "./span.ts";

/** A tab stop every four columns. */
const TAB = 4;

/**
 * Somebody's line behind a column of ours, so that no content can pass for
 * Writ's own words. In an excerpt what does not fit is counted; else the line
 * goes on below, marked in our column.
 *
 * @param lead our own column of the first row; later rows have `↪` in its place
 */
export function verbatimRows(screen: Screen, lead: Line, role: Role, text: string, extent: Extent): readonly Line[] {
  const { shown, left } = capped(text, LINE_CAP);
  const body = [...marked(screen, role, shown), ...(left === 0 ? [] : more(screen, left))];
  const room = Math.max(8, textEdge(screen) - lineWidth(lead));
  if (lineWidth(body) <= room) return [[...lead, ...body]];
  if (extent.kind === "excerpt") return [[...lead, ...excerpt(screen, role, text, room)]];
  const indent = 2;
  const continued = [...blanks(indent), ...say(screen, role, "↪")];
  const rows: Line[] = [];
  for (let rest: Line = body; rest.length > 0;) {
    const head = start(rest, room);
    rows.push([
      ...(rows.length === 0 ? lead : [...continued, ...blanks(lineWidth(lead) - lineWidth(continued))]),
      ...head,
    ]);
    rest = without(rest, head);
  }
  return rows;
}

/** Text with its tabs drawn and its trailing blanks visible. */
export function marked(screen: Screen, role: Role, text: string): Line {
  return drawn(screen, role, text, trailingFrom(text));
}

function drawn(screen: Screen, role: Role, text: string, trailing: number): Line {
  const line: Span[] = [];
  for (const part of text.slice(0, trailing).split(/(\t)/)) {
    line.push(...(part === "\t" ? tab(screen, lineWidth(line)) : verbatim(screen, role, part)));
  }
  for (const blank of text.slice(trailing)) {
    line.push(...(blank === "\t" ? tab(screen, lineWidth(line)) : say(screen, "doubt", "␠")));
  }
  return line;
}

/** Where the blanks begin that nothing follows. */
function trailingFrom(text: string): number {
  let end = text.length;
  while (end > 0 && (text[end - 1] === " " || text[end - 1] === "\t")) end -= 1;
  return end;
}

function tab(screen: Screen, column: number): Line {
  return [...say(screen, "dim", "⇥"), ...blanks(TAB - 1 - (column % TAB))];
}

function more(screen: Screen, count: number): Line {
  return say(screen, "dim", `… ${grouped(count)} more`);
}

/** As many characters as fit beside the count of the others. */
function excerpt(screen: Screen, role: Role, text: string, room: number): Line {
  const characters = [...text];
  const trailing = trailingFrom(text);
  const widest = lineWidth(more(screen, characters.length));
  for (let count = Math.min(characters.length, room); ; count -= 1) {
    const line = drawn(screen, role, characters.slice(0, count).join(""), trailing);
    if (count === 0 || lineWidth(line) <= room - widest) return [...line, ...more(screen, characters.length - count)];
  }
}

import { clip } from "./clip.ts";

/** Part of a document: whole lines, so that a line's number can be told. */
export interface Excerpt {
  readonly text: string;
  /** Number of its first line in the document, from 1. */
  readonly line: number;
  /** Characters of the document that it leaves out. */
  readonly cut: number;
}

const MAX_SNIPPET = 240;

/**
 * At most `room` characters: the whole document if it fits, else from the heading above `line` on, and never
 * less than half of what would fit.
 */
export function excerptOf(text: string, line: number, room: number): Excerpt {
  if (text.length <= room) return { text, line: 1, cut: 0 };
  const lines = text.split("\n");
  const first = Math.min(headingAbove(lines, line - 1), lastStart(lines, room));
  const from = lines.slice(0, first).reduce((sum, each) => sum + each.length + 1, 0);
  let used = 0;
  for (const each of lines.slice(first)) {
    if (used + each.length + 1 > room) break;
    used += each.length + 1;
  }
  const excerpt = used === 0 ? clip(lines[first] ?? "", room) : text.slice(from, from + used);
  return { text: excerpt, line: first + 1, cut: text.length - excerpt.length };
}

/** The line for a person to recognise the document by: the one that matched, or the first that says something. */
export function snippetOf(text: string, line: number): string {
  const lines = text.split("\n");
  const said = lines.slice(line - 1).find((each) => /[\p{L}\p{N}]/u.test(each)) ?? "";
  const plain = said.trim();
  return plain.length <= MAX_SNIPPET ? plain : `${clip(plain, MAX_SNIPPET - 1)}…`;
}

function headingAbove(lines: readonly string[], index: number): number {
  for (let at = index; at > 0; at -= 1) if (/^#{1,6}\s/.test(lines[at] ?? "")) return at;
  return 0;
}

/** Where an excerpt must begin at the latest to be half full. */
function lastStart(lines: readonly string[], room: number): number {
  let used = 0;
  for (let at = lines.length - 1; at > 0; at -= 1) {
    used += (lines[at] ?? "").length + 1;
    if (used > room / 2) return at;
  }
  return 0;
}

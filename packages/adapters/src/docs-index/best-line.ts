import { MATCH_BEGIN } from "./document-rows.ts";

/** The first of the lines with most matches, from 1. @param marked text with `MATCH_BEGIN` before each match */
export function bestLine(marked: string): number {
  let [line, most] = [1, 0];
  for (const [at, text] of marked.split("\n").entries()) {
    const matches = text.split(MATCH_BEGIN).length - 1;
    if (matches > most) [line, most] = [at + 1, matches];
  }
  return line;
}

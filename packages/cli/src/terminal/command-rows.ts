import { blanks, lineWidth, padded, paragraph } from "./layout.ts";
import { textEdge, type Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";
import type { SuggestionView } from "./view.ts";

/** A longer command does not push the others' purposes to the right; its own goes below. */
const WIDEST_COMMAND = 48;

/**
 * Commands to type, with what each is for. A command is never broken or cut.
 *
 * @param column where purposes begin at the earliest
 */
export function commandRows(
  screen: Screen,
  indent: number,
  column: number,
  rows: readonly SuggestionView[],
): readonly Line[] {
  const explained = rows.filter(({ command, purpose }) => purpose !== null && command.length <= WIDEST_COMMAND);
  const from = Math.max(column, indent + 2 + Math.max(0, ...explained.map(({ command }) => command.length)));
  return rows.flatMap(({ command, purpose }) => {
    const typed = [...blanks(indent), ...say(screen, "strong", command)];
    if (purpose === null) return [typed];
    const says = say(screen, "dim", purpose);
    const isBeside = lineWidth(typed) + 2 <= from && from + lineWidth(says) <= textEdge(screen);
    return isBeside ? [[...padded(typed, from), ...says]] : [typed, ...paragraph(screen, indent + 2, says)];
  });
}

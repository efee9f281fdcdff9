import { lineWidth } from "./layout.ts";
import type { Screen } from "./screen.ts";
import type { Line } from "./span.ts";
import { encode } from "./style.ts";

/** Rows at the bottom of the screen that may be drawn anew: the width of each. Empty before the first frame. */
export type Drawn = readonly number[];

const CLEAR_TO_LINE_END = "\u001B[K";
const CLEAR_BELOW = "\u001B[J";

/**
 * One frame, to be written at once: rows that stay, then rows that the next
 * frame replaces. The cursor ends below them, so that whatever happens next,
 * even the end of the process, leaves whole rows behind.
 *
 * @param drawn what the last frame left; a window that has become narrower since has wrapped it
 */
export function frame(
  screen: Screen,
  drawn: Drawn,
  staying: readonly Line[],
  replaced: readonly Line[],
): { readonly text: string; readonly drawn: Drawn } {
  const height = drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / screen.columns)), 0);
  const up = height === 0 ? "" : `\u001B[${height}A`;
  const rows = [...staying, ...replaced].map((line) => `${encode(screen, line)}${CLEAR_TO_LINE_END}\n`).join("");
  return { text: `\r${up}${rows}${CLEAR_BELOW}`, drawn: replaced.map(lineWidth) };
}

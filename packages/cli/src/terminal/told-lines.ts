import { blanks, hanging, paragraph } from "./layout.ts";
import type { Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";
import { mark } from "./state.ts";

/** What a command did, in one sentence, with a few values under it. */
export interface ToldView {
  readonly title: string;
  readonly sentence: string;
  readonly rows: readonly { readonly label: string; readonly value: string }[];
  /** A command to type next; null where there is none. */
  readonly next: { readonly title: string; readonly command: string } | null;
}

const LABEL_COLUMN = 14;

export function toldLines(screen: Screen, { title, sentence, rows, next }: ToldView): readonly Line[] {
  const head = [...mark(screen, "ok", "✓"), ...say(screen, "ok", title)];
  return [
    ...hanging(screen, head, LABEL_COLUMN, say(screen, "plain", sentence)),
    ...rows.flatMap(({ label, value }) =>
      hanging(screen, [...blanks(4), ...say(screen, "dim", label)], LABEL_COLUMN, say(screen, "plain", value)),
    ),
    ...(next === null
      ? []
      : [
          ...paragraph(screen, 2, say(screen, "plain", next.title)),
          ...paragraph(screen, 4, say(screen, "strong", next.command)),
        ]),
  ];
}

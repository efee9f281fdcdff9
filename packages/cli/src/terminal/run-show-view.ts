import { grouped, worked } from "@writ/core/text/figure";
import { clockTime, timeOrDay } from "./instant.ts";
import { blanks, hanging, lineWidth, paragraph } from "./layout.ts";
import { textEdge, type Screen } from "./screen.ts";
import { say, type Line, type Role } from "./span.ts";
import { RUN_LOOKS } from "./state.ts";
import type { FollowedFactView, RunShowView } from "./view.ts";

const NAME_WIDTH = 20;
const BETWEEN = 3;

/** Who and what a run is: id, state, time worked and waited, goal, start. */
export function runShowLines(screen: Screen, view: RunShowView, now: number): readonly Line[] {
  const look = RUN_LOOKS[view.state];
  const waited = view.waitedMs === 0 ? "" : `, waited ${worked(view.waitedMs)}`;
  const started = ` · started by ${view.startedBy} ${timeOrDay(screen, view.startedAt, now)}`;
  return [
    ...flow(screen, [
      say(screen, "strong", view.run),
      say(screen, look.role, `${look.glyph} ${look.word}`),
      say(screen, "plain", `worked ${worked(view.workedMs)}${waited}`),
    ]),
    ...paragraph(screen, 2, [...say(screen, "plain", view.goal), ...say(screen, "dim", started)]),
  ];
}

const TONES: Readonly<Record<FollowedFactView["tone"], Role>> = {
  neutral: "plain",
  good: "plain",
  bad: "bad",
  asks: "wait",
  doubt: "doubt",
};

/** A fact as it goes by. */
export function followedFact(screen: Screen, view: FollowedFactView): readonly Line[] {
  const role = TONES[view.tone];
  const time = [...blanks(2), ...say(screen, "dim", clockTime(screen, view.at)), ...blanks(2)];
  const head = [...time, ...say(screen, role, view.name)];
  return hanging(screen, head, lineWidth(time) + NAME_WIDTH, say(screen, role, view.detail));
}

/** The row under a list that is followed. */
export function followFoot(screen: Screen, position: number): Line {
  return say(screen, "dim", `  live, position ${grouped(position)}`);
}

/** Pieces beside each other, and below where one does not fit. */
function flow(screen: Screen, pieces: readonly Line[]): readonly Line[] {
  const rows: Line[] = [];
  for (const piece of pieces) {
    const last = rows.at(-1);
    if (last !== undefined && lineWidth(last) + BETWEEN + lineWidth(piece) <= textEdge(screen)) {
      rows[rows.length - 1] = [...last, ...blanks(BETWEEN), ...piece];
    } else {
      rows.push([...blanks(2), ...piece]);
    }
  }
  return rows;
}

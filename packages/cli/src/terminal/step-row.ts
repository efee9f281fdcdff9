import type { StepPublicStatus } from "@writ/core";
import { duration } from "@writ/core/text/figure";
import { blanks, cut, hanging, lineWidth, padded } from "./layout.ts";
import { isOneColumn, listEdge, textEdge, type Screen } from "./screen.ts";
import { say, type Line, type Role } from "./span.ts";
import { mark, STEP_LOOKS } from "./state.ts";
import type { StepRowView } from "./view.ts";

const DETAIL_COLUMN = 20;
const WIDEST_NAME = 30;

/** Where the details of a run's steps begin: fixed for the run, for finished rows stay where they are. */
export function detailColumn(names: readonly string[]): number {
  const longest = Math.max(0, ...names.map((name) => name.length));
  return Math.max(DETAIL_COLUMN, Math.min(longest, WIDEST_NAME) + 4 + 2);
}

/** A step in one row: glyph, name, what came of it, how long it took. Two rows below 60 columns. */
export function stepRow(screen: Screen, view: StepRowView, column: number): readonly Line[] {
  const look = STEP_LOOKS[view.state];
  const role = rowRole(view.state);
  const head = [...mark(screen, look.role, look.glyph), ...say(screen, role, view.name)];
  const detail = say(screen, role, view.detail);
  const took = view.tookMs === null ? [] : say(screen, "dim", duration(view.tookMs));
  if (isOneColumn(screen)) {
    const below = [...blanks(4), ...cut(screen, detail, textEdge(screen) - 4)];
    if (took.length === 0)
      return hanging(screen, cut(screen, head, textEdge(screen)), column, cut(screen, detail, textEdge(screen) - 4));
    const first = cut(screen, [...head, ...blanks(2), ...took], textEdge(screen));
    return detail.length === 0 ? [first] : [first, below];
  }
  const edge = listEdge(screen);
  const lead = padded(cut(screen, head, column - 2), column);
  const room = took.length === 0 ? textEdge(screen) : edge - lineWidth(took) - 2;
  const body = [...lead, ...cut(screen, detail, room - lineWidth(lead))];
  return [took.length === 0 ? body : [...padded(body, edge - lineWidth(took)), ...took]];
}

/** Who must act is coloured through; what is not there yet, or never will be, is dim. */
function rowRole(state: StepPublicStatus): Role {
  switch (state) {
    case "awaiting_gate":
      return "wait";
    case "in_doubt":
      return "doubt";
    case "pending":
    case "ready":
    case "skipped":
    case "blocked":
    case "cancelled":
      return "dim";
    default:
      return "plain";
  }
}

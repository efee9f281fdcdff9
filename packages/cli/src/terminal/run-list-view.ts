import { columns } from "./columns.ts";
import { counted, grouped, worked } from "@writ/core/text/figure";
import { ago, day, wireTime } from "./instant.ts";
import { blanks, cut, lineWidth, padded, paragraph } from "./layout.ts";
import { isOneColumn, listEdge, textEdge, type Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";
import { mark, RUN_LOOKS } from "./state.ts";
import type { RunListView, RunRowView } from "./view.ts";

/** Runs, those that need a person first, then what runs, then the others by day. */
export function runListLines(screen: Screen, view: RunListView): readonly Line[] {
  const all = [...view.needsYou, ...view.running, ...view.ended];
  if (screen.form === "lines")
    return columns(
      screen,
      0,
      all.map((row) => plainCells(screen, row)),
    );
  if (all.length === 0) return paragraph(screen, 2, say(screen, "plain", "No runs yet. Start one with: writ demo"));
  const idWidth = Math.max(...all.map((row) => row.shortId.length));
  const groups = [
    { title: "Needs you", rows: view.needsYou },
    { title: "Running", rows: view.running },
    ...byDay(screen, view),
  ].filter((group) => group.rows.length > 0);
  const { more } = view;
  return [
    ...groups.flatMap((group, index) => [
      ...(index === 0 ? [] : [[]]),
      say(screen, "strong", `  ${group.title} · ${grouped(group.rows.length)}`),
      ...group.rows.flatMap((row) => runRow(screen, row, idWidth, view.now)),
    ]),
    ...(more === null || more.count === 0
      ? []
      : [[], ...paragraph(screen, 2, say(screen, "dim", `… ${counted(more.count, "more run")}: ${more.command}`))]),
  ];
}

function byDay(
  screen: Screen,
  view: RunListView,
): readonly { readonly title: string; readonly rows: readonly RunRowView[] }[] {
  const today = day(screen, view.now);
  const days = new Map<string, RunRowView[]>();
  for (const row of view.ended) {
    const name = day(screen, row.at);
    days.set(name, [...(days.get(name) ?? []), row]);
  }
  return [...days].map(([name, rows]) => ({ title: name === today ? "Today" : name, rows }));
}

/** Glyph, id and goal, with the time at the edge; below it the state and the one clause that matters. */
function runRow(screen: Screen, row: RunRowView, idWidth: number, now: number): readonly Line[] {
  const look = RUN_LOOKS[row.state];
  const when = say(screen, "dim", ago(screen, row.at, now));
  const lead = padded([...mark(screen, look.role, look.glyph), ...say(screen, "plain", row.shortId)], 4 + idWidth + 2);
  const state = [
    ...say(screen, look.role, look.word),
    ...say(screen, "plain", `${row.clause === "" ? "" : ` · ${row.clause}`} · worked ${worked(row.workedMs)}`),
  ];
  const indent = isOneColumn(screen) ? 4 : lineWidth(lead);
  const second = [...blanks(indent), ...cut(screen, state, textEdge(screen) - indent)];
  if (isOneColumn(screen)) {
    const goal = [...blanks(4), ...cut(screen, say(screen, "plain", row.goal), textEdge(screen) - 4)];
    return [[...lead, ...when], goal, second];
  }
  const edge = listEdge(screen);
  const goal = cut(screen, say(screen, "plain", row.goal), edge - lineWidth(lead) - lineWidth(when) - 2);
  return [[...padded([...lead, ...goal], edge - lineWidth(when)), ...when], second];
}

function plainCells(screen: Screen, row: RunRowView): readonly Line[] {
  return [row.run, row.state, wireTime(row.at), worked(row.workedMs), row.goal].map((text) =>
    say(screen, "plain", text),
  );
}

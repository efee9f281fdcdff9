import { nextCommands, runStatus, type Entry, type RunId, type RunState, factDocuments } from "@writ/core";
import type { History, RunDesk } from "@writ/runtime";
import type { ExitCode, Setting } from "./command-module.ts";
import { systemClockOf } from "./compose.ts";
import { namesFor } from "./compose-user.ts";
import { Following } from "./follow.ts";
import { LiveLog } from "./live-log.ts";
import { factLine } from "./terminal/fact-line.ts";
import { counted } from "@writ/core/text/figure";
import { suggestionLines } from "./terminal/receipt-view.ts";
import { followedFact, runShowLines } from "./terminal/run-show-view.ts";
import type { Screen } from "./terminal/screen.ts";
import { say, type Line } from "./terminal/span.ts";
import { detailColumn, stepRow } from "./terminal/step-row.ts";
import type { StepRowView } from "./terminal/view.ts";
import { runShowView, stepRows } from "./views/run-show.ts";
import { toldEntry } from "./views/told-entry.ts";
import { followedView, followedWhole, lineView, type ToldFact } from "./views/told-fact.ts";

/** Rows of each list on one screen of a person; what is more is counted. */
const MOST_ROWS = 40;

/** Where a run stands, its steps, its facts, and the next commands. */
export function showRun({ terminal, world }: Setting, history: History): void {
  const { state, entries, approvals } = history;
  const screen = terminal.screen();
  const nameOf = namesFor(world);
  const told = entries.flatMap((entry) => toldEntry(entry, state, nameOf));
  if (screen.form === "lines") {
    terminal.out([...told.map((fact) => factLine(screen, lineView(fact))), stateLine(screen, state)]);
    return;
  }
  const next = nextCommands(state, approvals).filter((command) => !command.startsWith("writ show"));
  terminal.out([
    ...runShowLines(screen, runShowView(state, systemClockOf().now(), nameOf), systemClockOf().now()),
    [],
    ...stepLines(screen, stepRows(entries, state), state.run),
    ...factLines(screen, told, state.run),
    ...(next.length === 0
      ? []
      : [
          [],
          ...suggestionLines(
            screen,
            "Next",
            next.map((command) => ({ command, purpose: null })),
          ),
        ]),
  ]);
}

/** Shows a run and stays with it until it is over or nobody looks any more; the run does not notice. */
export async function followRun(
  desk: RunDesk,
  { terminal, invocation, world }: Setting,
  run: RunId,
): Promise<ExitCode> {
  const nameOf = namesFor(world);
  const following = await Following.of(desk, run);
  const { state } = following;
  const isQuiet = invocation.json;
  const log = new LiveLog(terminal, isQuiet);
  let isFirst = true;
  const look = async (): Promise<boolean> => {
    const seen: Entry[] = [];
    await following.look(({ entry }) => seen.push(entry));
    if (isQuiet) for (const line of seen.flatMap(factDocuments)) terminal.json(line);
    else if (seen.length > 0) {
      const screen = terminal.screen();
      const head =
        isFirst && screen.form === "block"
          ? [...runShowLines(screen, runShowView(state, systemClockOf().now(), nameOf), systemClockOf().now()), []]
          : [];
      isFirst = false;
      log.add(
        [...head, ...seen.flatMap((entry) => toldEntry(entry, state, nameOf)).flatMap((fact) => factOf(screen, fact))],
        seen.at(-1)?.seq ?? 0,
      );
    }
    return state.status !== "ended";
  };
  await log.follow(desk, look);
  if (!isQuiet && terminal.screen().form === "lines") terminal.out([stateLine(terminal.screen(), state)]);
  return 0;
}

function stateLine(screen: Screen, state: RunState): Line {
  return factLine(screen, {
    at: state.now,
    noun: "run",
    name: state.run,
    state: runStatus(state),
    tookMs: null,
    words: [],
    values: [],
    text: null,
  });
}

function factOf(screen: Screen, fact: ToldFact): readonly Line[] {
  return screen.form === "lines" ? [factLine(screen, lineView(fact))] : followedFact(screen, followedWhole(fact));
}

/** Steps in the plan's order; of a long plan those that stand out first. */
function stepLines(screen: Screen, rows: readonly StepRowView[], run: string): readonly Line[] {
  if (rows.length === 0) return [];
  const usual: ReadonlySet<string> = new Set(["completed", "pending", "cancelled", "skipped"]);
  const shown =
    rows.length <= MOST_ROWS
      ? rows
      : [...rows.filter((row) => !usual.has(row.state)), ...rows.filter((row) => usual.has(row.state))].slice(
          0,
          MOST_ROWS,
        );
  const column = detailColumn(shown.map((row) => row.name));
  return [
    ...shown.flatMap((row) => stepRow(screen, row, column)),
    ...left(screen, rows.length - shown.length, "more step", `writ show ${run} --json`),
    [],
  ];
}

/** The newest facts. */
function factLines(screen: Screen, facts: readonly ToldFact[], run: string): readonly Line[] {
  const shown = facts.slice(-MOST_ROWS);
  return [
    ...left(screen, facts.length - shown.length, "earlier fact", `writ show ${run} --plain`),
    ...shown.flatMap((fact) => followedFact(screen, followedView(fact))),
  ];
}

function left(screen: Screen, count: number, noun: string, command: string): readonly Line[] {
  return count <= 0 ? [] : [say(screen, "dim", `  … ${counted(count, noun)}: ${command}`)];
}

import { isTerminal, runStatus, type Entry, type RunState } from "@writ/core";
import type { RunShowView, StepRowView } from "../terminal/view.ts";
import type { NameOf } from "./name-of.ts";
import { plannedRows, StepRows } from "./steps.ts";

/** @param now to say how long a run has been waiting by now */
export function runShowView(state: RunState, now: number, nameOf: NameOf): RunShowView {
  const { tally } = state;
  const status = runStatus(state);
  const waiting = status === "in_progress" || isTerminal(status) ? 0 : Math.max(0, now - state.now);
  return {
    run: state.run,
    state: status,
    workedMs: tally.worked,
    waitedMs: tally.waited + waiting,
    goal: goalOf(state),
    startedBy: nameOf(state.startedBy),
    startedAt: state.startedAt,
  };
}

function goalOf({ goal }: RunState): string {
  if (goal === null) return "";
  if (goal.isErased) return "(erased)";
  const { text } = goal.object();
  return typeof text === "string" && text !== "" ? text : "(no goal)";
}

/** Every step of a run as it stands: those of its plan in the plan's order, then what was taken back. */
export function stepRows(
  entries: readonly Pick<Entry, "at" | "input" | "facts">[],
  state: RunState,
): readonly StepRowView[] {
  const rows = new Map<string, StepRowView>(plannedRows(state).map((row) => [row.name, row]));
  const steps = new StepRows();
  const sink = { update: () => undefined, rest: () => undefined };
  for (const entry of entries) steps.show(sink, entry, state);
  for (const path of state.steps.keys()) rows.set(path, steps.row(state, path));
  const isOver = state.status === "ended";
  return [...rows.values()].map((row) =>
    isOver && row.state === "pending" ? { ...row, state: "cancelled", detail: "" } : row,
  );
}

import type { ApprovalView, RunView } from "../journal/stored-entry.ts";
import type { RunState } from "../run/state.ts";
import { runView } from "./run-view.ts";

/** Where a run stands, as far as the next command depends on it. */
export interface Standing {
  readonly view: RunView;
  /** The budget's dimension that ran out, such as `tool_calls`; null where none did or nobody looked. */
  readonly exhausted: string | null;
}

/** Requests that are named; more are in `writ approvals`. */
const MOST_REQUESTS = 3;

/** The commands that move a run from where it stands, most useful first. */
export function nextCommands(state: RunState, approvals: readonly ApprovalView[]): readonly string[] {
  return commandsFor(standingOf(state), approvals);
}

export function standingOf(state: RunState): Standing {
  const { hold } = state;
  return { view: runView(state), exhausted: hold?.code === "budget_exhausted" ? (hold.detail ?? null) : null };
}

/** The same from a row of a list. @param approvals of this run */
export function commandsFor(standing: Standing, approvals: readonly ApprovalView[]): readonly string[] {
  const { run_id: run, status, waiting } = standing.view;
  switch (status) {
    case "planned":
      return [`writ run ${run}`, `writ show ${run}`];
    case "awaiting_gate": {
      const open = approvals.filter((each) => each.status === "waiting").slice(0, MOST_REQUESTS);
      return open.flatMap(({ approval_id: id }) => [`writ approvals show ${id}`, `writ approvals approve ${id}`]);
    }
    case "in_doubt":
      return waiting.doubts.flatMap((step) =>
        ["happened", "did-not-happen", "retry"].map((answer) => `writ resolve ${run} ${step} ${answer}`),
      );
    case "paused":
      return pausedNext(standing);
    case "in_progress":
      return standing.view.reason === "operator_paused"
        ? [`writ resume ${run}`, `writ show ${run} --follow`]
        : [`writ show ${run} --follow`];
    case "completed":
      return [`writ show ${run}`, `writ replay ${run}`, `writ audit export ${run} ./evidence`];
    default:
      return [`writ show ${run}`, `writ report ${run}`];
  }
}

function pausedNext({ view, exhausted }: Standing): readonly string[] {
  const { run_id: run, reason, waiting } = view;
  const reviews = waiting.reviews.flatMap((step) => [
    `writ resolve ${run} ${step} retry`,
    `writ resolve ${run} ${step} skip`,
  ]);
  return [...reviews, ...heldNext(run, reason, exhausted), `writ cancel ${run}`];
}

/** A run that only its reviews hold back goes on once they are answered. */
function heldNext(run: string, reason: string | null, exhausted: string | null): readonly string[] {
  if (reason === "escalated") return [];
  if (reason !== "budget_exhausted") return [`writ resume ${run}`];
  const dimension = exhausted ?? "steps";
  return [`writ extend ${run} ${EXTENSIONS[dimension] ?? "--steps 5"} --reason "…"`];
}

/** What each dimension is extended by in the suggestion: a fifth of what is there by default. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  steps: "--steps 5",
  tool_calls: "--tool-calls 20",
  tokens: "--tokens 40000",
  cost_millicents: "--cost-cents 10",
  wall_clock_ms: "--wall-clock-ms 120000",
};

import { isJsonObject } from "../base/json.ts";
import type { Payload } from "../base/payload.ts";
import type { Amounts } from "../budget/amounts.ts";
import type { RunView } from "../journal/stored-entry.ts";
import { runStatus, statusReason } from "../run/status.ts";
import type { RunState } from "../run/state.ts";

/** Step paths a list shows at most; `waiting` of a run may name more. */
const MAX_NAMED = 50;

/** What lists show of a run, from its state alone. */
export function runView(state: RunState): RunView {
  const { tally } = state;
  const earliest = state.timers.earliest();
  return {
    run_id: state.run,
    status: runStatus(state),
    reason: statusReason(state),
    goal: goalText(state.goal),
    door: state.door,
    started_by: state.startedBy,
    plan_id: state.lineage.at(-1) ?? null,
    plan_hash: state.plan?.hash ?? null,
    version: state.version,
    created_at_ms: state.startedAt,
    updated_at_ms: state.now,
    ended_at_ms: state.endedAt,
    wake_at_ms: earliest?.at ?? null,
    worked_ms: tally.worked,
    waited_ms: tally.waited,
    steps: { total: state.plan?.block.steps.length ?? 0, done: tally.succeeded, failed: tally.failed },
    waiting: waitingFor(state),
    budget: { used: state.used, limits: amountsOf(state.limits) },
  };
}

function goalText(goal: Payload | null): string | null {
  if (goal === null || goal.isErased) return null;
  const value = goal.json();
  const text = isJsonObject(value) ? value["text"] : undefined;
  return typeof text === "string" ? text : null;
}

function amountsOf({ steps, tool_calls, tokens, cost_millicents, wall_clock_ms }: Amounts): Amounts {
  return { steps, tool_calls, tokens, cost_millicents, wall_clock_ms };
}

function waitingFor(state: RunState): RunView["waiting"] {
  const gates: string[] = [];
  for (const gate of state.gates.values()) {
    if (gate.status === "open" && gates.length < MAX_NAMED) gates.push(gate.step);
  }
  if (state.doubts === 0 && state.reviews === 0) return { gates, doubts: [], reviews: [] };
  const doubts: string[] = [];
  const reviews: string[] = [];
  for (const step of state.steps.values()) {
    if (step.status === "in_doubt" && doubts.length < MAX_NAMED) doubts.push(step.path);
    if (step.status === "review" && reviews.length < MAX_NAMED) reviews.push(step.path);
  }
  return { gates, doubts, reviews };
}

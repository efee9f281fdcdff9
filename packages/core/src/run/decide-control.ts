import { expire, failStep } from "./decide-approval.ts";
import type { JournalEvent, Outcome } from "./event.ts";
import type { Reason } from "./reason.ts";
import type { RunInput } from "./input.ts";
import type { Arrival } from "./arrival.ts";
import { runStatus } from "./status.ts";
import type { RunState } from "./state.ts";

export function decidePause(state: RunState): readonly JournalEvent[] {
  return state.hold !== null || state.closing !== null
    ? []
    : [{ type: "run_held", reason: { code: "operator_paused" } }];
}

export function decideResume(state: RunState): readonly JournalEvent[] {
  return state.hold === null ? [] : [{ type: "run_released" }];
}

/** More of what ran out; a run that was held for it goes on. */
export function decideExtend(state: RunState, input: Extract<RunInput, { type: "extend" }>): readonly JournalEvent[] {
  if (state.closing !== null) return [];
  const extended: JournalEvent = { type: "budget_extended", amounts: input.amounts, reason: input.reason };
  return state.hold?.code === "budget_exhausted" ? [extended, { type: "run_released" }] : [extended];
}

/** While nothing but gates is awaited a cancel is a denial by the system; the second one forces the end. */
export function decideCancel(state: RunState): readonly JournalEvent[] {
  const reason: Reason = { code: "operator_cancelled" };
  if (state.closing !== null) return state.closing.forced ? [] : [forcedEnd(state, "cancelled", reason)];
  const outcome = runStatus(state) === "awaiting_gate" ? "rejected" : "cancelled";
  return [{ type: "run_closing", outcome, reason, forced: false }];
}

/** The first timer that is due; `react` asks for the next. What no entry has room for stays due, so that the shell comes back at once. The instant decides, never the moment a timer fired. */
export function decideTime(state: RunState, arrival: Arrival): readonly JournalEvent[] {
  const timer = state.timers.earliest();
  if (timer === null || timer.at > arrival.at) return [];
  const [kind, path] = splitKey(timer.key);
  switch (kind) {
    case "gate": {
      const gate = state.gates.get(path);
      return gate?.request == null
        ? failStep(state, path, { code: "approval_expired", step: path })
        : expire(state, gate, gate.request);
    }
    case "retry":
      return [{ type: "retry_due", step: path }];
    case "deadline":
      return [{ type: "run_held", reason: { code: "deadline" } }];
    default:
      return [forcedEnd(state, "expired", { code: "session_expired" })];
  }
}

/** The end comes without further phases; an outcome that was written stays, with its reason. */
function forcedEnd({ closing }: RunState, outcome: Outcome, reason: Reason): JournalEvent {
  return {
    type: "run_closing",
    outcome: closing?.outcome ?? outcome,
    reason: closing === null ? reason : closing.reason,
    forced: true,
  };
}

function splitKey(key: string): readonly [kind: string, path: string] {
  const colon = key.indexOf(":");
  return colon === -1 ? [key, ""] : [key.slice(0, colon), key.slice(colon + 1)];
}

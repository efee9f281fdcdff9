import { assertNever } from "../base/error.ts";
import {
  decideApprove,
  decideAskAgain,
  decideDeny,
  decideGateFailed,
  decideGateOpened,
  decideMoved,
} from "./decide-approval.ts";
import { decideCancel, decideExtend, decidePause, decideResume, decideTime } from "./decide-control.ts";
import { decideFailed, decideInterrupted, decideProbed, decideResolve, decideReturned } from "./decide-execution.ts";
import { decidePlanFailed, decidePlanProposed, decideStart } from "./decide-planning.ts";
import type { JournalEvent } from "./event.ts";
import type { Arrival } from "./arrival.ts";
import type { RunState } from "./state.ts";

/** Turns one input into the facts it causes. Pure; an input that no longer applies causes none. */
export function decide(state: RunState, arrival: Arrival): readonly JournalEvent[] {
  const { input } = arrival;
  if (state.status === "ended" || (state.status === "new") !== (input.type === "start")) return [];
  switch (input.type) {
    case "start":
      return decideStart(state, arrival, input);
    case "plan_proposed":
      return decidePlanProposed(state, arrival, input);
    case "plan_failed":
      return decidePlanFailed(state, input);
    case "gate_opened":
      return decideGateOpened(state, input);
    case "gate_failed":
      return decideGateFailed(state, input);
    case "ask_again":
      return decideAskAgain(state, input);
    case "approve":
      return decideApprove(state, arrival, input);
    case "deny":
      return decideDeny(state, arrival, input);
    case "evidence_moved":
      return decideMoved(state, input);
    case "tool_returned":
      return decideReturned(state, arrival, input);
    case "tool_failed":
      return decideFailed(state, arrival, input);
    case "attempts_interrupted":
      return decideInterrupted(state, arrival, input);
    case "attempt_probed":
      return decideProbed(state, input);
    case "resolve":
      return decideResolve(state, input);
    case "time_passed":
      return decideTime(state, arrival);
    case "pause":
      return decidePause(state);
    case "resume":
      return decideResume(state);
    case "extend":
      return decideExtend(state, input);
    case "cancel":
      return decideCancel(state);
    case "proceed":
      return [];
    default:
      return assertNever(input);
  }
}

import { exhausted, minus } from "../budget/budget.ts";
import type { JournalEvent } from "./event.ts";
import { located, UNDO } from "./paths.ts";
import type { Attempt, RunState } from "./state.ts";

/**
 * What becomes of an interrupted call whose step is not entered again: it is asked again under the same key, because
 * without its answer nobody knows what it did, and there is nothing to take it back with.
 *
 * @param before attempts that the same input interrupted: their calls count, their reservations are free
 * @returns null where the call may not be sent any more, and a person must say what happened
 */
export function askedAgain(
  state: RunState,
  attempt: Attempt,
  at: number,
  before: readonly Attempt[],
): JournalEvent | null {
  const found = located(state, attempt.step);
  if (found?.step.kind !== "tool" || found.at.toolCall === null) return null;
  if (isExpired(state, attempt, at) || !fits(state, attempt, before)) return null;
  return {
    type: "step_started",
    step: attempt.step,
    attempt: attempt.number + 1,
    tool: attempt.tool,
    tool_call: found.at.toolCall,
    occurrence: found.step.occurrence,
    idempotency_key: attempt.key,
    args: attempt.args,
    authority: attempt.authority,
    reserve: attempt.reserve,
  };
}

/** Whether the step of an interrupted call is entered again by itself: its block goes on. */
export function isEnteredAgain(state: RunState, attempt: Attempt): boolean {
  const path = state.steps.get(attempt.step)?.scope;
  const scope = path === undefined ? undefined : state.scopes.get(path);
  const isGoingOn = path === UNDO ? state.closing?.forced !== true : state.closing === null && state.draining === null;
  return isGoingOn && scope?.failing === null;
}

/** Whether a run that leaves a step still needs its answer: it does not close, or what it did can be taken back. */
export function isAnswerWanted({ closing, rules }: RunState, attempt: Attempt): boolean {
  if (closing === null) return true;
  const isTakenBack = rules.tools.get(attempt.tool)?.spec.traits.reversible === true;
  return isTakenBack && !closing.forced && closing.outcome !== "completed";
}

function isExpired(state: RunState, { step }: Attempt, at: number): boolean {
  const grant = state.steps.get(step)?.grant ?? null;
  return grant !== null && at > grant.binding.expires_at_ms;
}

function fits({ used, reserved, limits }: RunState, { reserve }: Attempt, before: readonly Attempt[]): boolean {
  const sent = before.reduce((calls, each) => calls + each.reserve.tool_calls, reserve.tool_calls);
  return exhausted(limits, { ...used, tool_calls: used.tool_calls + sent }, minus(reserved, reserve), reserve) === null;
}

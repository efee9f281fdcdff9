import { exhausted, minus } from "../budget/budget.ts";
import type { JournalEvent } from "./event.ts";
import { located, UNDO } from "./paths.ts";
import type { Attempt, RunState } from "./state.ts";

/**
 * What becomes of an interrupted call whose effect could be taken back, while its run closes: it is asked again under
 * the same key, because without its answer there is nothing to take it back with.
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

/** Whether the answer of a call is still needed: the run closes without having completed, and its effect can be taken back. */
export function isNeededToUndo({ closing, steps, rules }: RunState, attempt: Attempt): boolean {
  const isEnding = closing !== null && !closing.forced && closing.outcome !== "completed";
  const isTakenBack = rules.tools.get(attempt.tool)?.spec.traits.reversible === true;
  return isEnding && isTakenBack && steps.get(attempt.step)?.scope !== UNDO;
}

function isExpired(state: RunState, { step }: Attempt, at: number): boolean {
  const grant = state.steps.get(step)?.grant ?? null;
  return grant !== null && at > grant.binding.expires_at_ms;
}

function fits({ used, reserved, limits }: RunState, { reserve }: Attempt, before: readonly Attempt[]): boolean {
  const sent = before.reduce((calls, each) => calls + each.reserve.tool_calls, reserve.tool_calls);
  return exhausted(limits, { ...used, tool_calls: used.tool_calls + sent }, minus(reserved, reserve), reserve) === null;
}

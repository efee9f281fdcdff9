import { assertNever } from "../base/error.ts";
import { plus } from "../budget/budget.ts";
import type { Actor } from "./actor.ts";
import type { JournalEvent } from "./event.ts";
import { evolveApproval } from "./evolve-approval.ts";
import { evolveAttempt } from "./evolve-attempt.ts";
import { evolvePlanning, openRoot } from "./evolve-planning.ts";
import { evolveEnding } from "./evolve-ending.ts";
import { settleStep } from "./evolve-step.ts";
import { isWaiting } from "./moves.ts";
import { ROOT, UNDO } from "./paths.ts";
import type { RunState } from "./state.ts";

/** The entry that the next facts belong to: its instant, its author, its number. */
export function beginEntry(state: RunState, at: number, actor: Actor): void {
  if (state.version > 0) {
    const passed = at - state.now;
    if (isWaiting(state)) state.tally.waited += passed;
    else state.tally.worked += passed;
  }
  state.now = at;
  state.actor = actor;
  state.version += 1;
  state.facts = 0;
}

/** Writes down one fact. It chooses nothing and evaluates no condition. */
export function evolve(state: RunState, fact: JournalEvent): void {
  apply(state, fact);
  state.facts += 1;
}

function apply(state: RunState, fact: JournalEvent): void {
  switch (fact.type) {
    case "run_started":
    case "plan_requested":
    case "plan_proposed":
    case "plan_verified":
    case "plan_rejected":
      return evolvePlanning(state, fact);
    case "gate_wanted":
    case "approval_requested":
    case "approval_voted":
    case "approval_granted":
    case "approval_denied":
    case "approval_expired":
    case "approval_voided":
      return evolveApproval(state, fact);
    case "step_started":
    case "attempt_returned":
    case "attempt_failed":
    case "attempt_abandoned":
    case "verdict_rendered":
    case "retry_due":
    case "probe_wanted":
    case "step_in_doubt":
    case "doubt_resolved":
    case "review_resolved":
      return evolveAttempt(state, fact);
    case "run_closing":
    case "phase_entered":
    case "run_ended":
      return evolveEnding(state, fact);
    case "scope_opened":
      return fact.scope === ROOT ? openRoot(state) : undefined;
    case "scope_closed":
      return closeScope(state, fact.scope);
    case "step_settled":
      return settleStep(state, fact.step, fact);
    case "step_queued":
      return queueBehind(state, fact.step, fact.behind);
    case "run_held":
      state.hold = fact.reason;
      if (fact.reason.code === "deadline") state.timers.clear("deadline");
      return;
    case "run_released":
      state.hold = null;
      return;
    case "budget_extended":
      state.limits = { ...state.limits, ...plus(state.limits, fact.amounts) };
      return;
    default:
      return assertNever(fact);
  }
}

function closeScope(state: RunState, path: string): void {
  if (path !== UNDO && path !== ROOT) return;
  const scope = state.scopes.get(path);
  if (scope === undefined) return;
  for (const each of scope.paths) {
    if (each === undefined) continue;
    state.ready.delete(each);
    state.timers.clear(`retry:${each}`);
  }
  scope.left = 0;
  scope.closed = true;
}

function queueBehind(state: RunState, path: string, behind: string): void {
  const step = state.steps.get(path);
  if (step === undefined) return;
  step.status = "queued";
  state.ready.delete(path);
  const waiting = state.behind.get(behind) ?? [];
  waiting.push(path);
  state.behind.set(behind, waiting);
}

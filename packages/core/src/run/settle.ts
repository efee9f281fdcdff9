import type { Sealer } from "../base/payload.ts";
import { UTILITY_THRESHOLD, scoreText } from "../critic/verdict.ts";
import { voided } from "./decide-approval.ts";
import { inDoubt } from "./doubt.ts";
import { askPlanner } from "./decide-planning.ts";
import { endRun, undoPhase } from "./ending.ts";
import { enter } from "./enter.ts";
import type { JournalEvent } from "./event.ts";
import { activeScope, canReplan, canSettle, mustClose, mustDoubt, unsureStep } from "./moves.ts";
import { ROOT, UNDO, WHOLE_PLAN } from "./paths.ts";
import type { Reason } from "./reason.ts";
import { settingsOf, type RunState, type Scope } from "./state.ts";
import { stricterMode } from "../policy/policy.ts";

/** The next facts that follow from where the run stands, with nothing new from outside: about one step or scope at a time. */
export function settle(state: RunState, seal: Sealer): readonly JournalEvent[] {
  if (!canSettle(state)) return [];
  const { closing } = state;
  const isClosing = closing !== null && (state.status !== "undoing" || closing.forced);
  if (isClosing || state.draining !== null) return windUp(state);
  if (!state.opened && state.status === "working") return begin(state);
  const scope = activeScope(state);
  if (scope === null) return undoPhase(state);
  if (mustClose(state, scope)) return close(state, scope);
  if (scope.failing !== null) return voidOne(state, "step_failed");
  const head = state.ready.head;
  return head === undefined ? [] : enter(state, head, seal);
}

/** The root block opens, behind the plan's own gate where the mode asks for one. */
function begin(state: RunState): readonly JournalEvent[] {
  const mode = settingsOf(state).mode;
  if (stricterMode(mode, state.plan?.document.policy_mode ?? mode) !== "review_required")
    return [{ type: "scope_opened", scope: ROOT }];
  return [
    {
      type: "gate_wanted",
      step: WHOLE_PLAN,
      round: state.planGateRounds + 1,
      rules: ["policy.review_required.plan"],
      approver: "person",
    },
  ];
}

function windUp(state: RunState): readonly JournalEvent[] {
  if (state.closing !== null) {
    if (state.gates.size > 0) return voidOne(state, "run_closing");
    if (mustDoubt(state)) return doubtOne(state);
    return state.closing.forced ? endRun(state) : undoPhase(state);
  }
  const voiding = voidOne(state, "replanned");
  if (voiding.length > 0) return voiding;
  if (mustDoubt(state)) return doubtOne(state);
  return canReplan(state) ? askPlanner(state) : [];
}

/** What failed and may have happened was to be sent again; nothing is any more. */
function doubtOne(state: RunState): readonly JournalEvent[] {
  const at = state.steps.get(unsureStep(state) ?? "");
  return at === undefined ? [] : [inDoubt(at.path, at.attempts)];
}

/** One gate at a time, so that a thousand of them are not one endless entry. */
function voidOne(state: RunState, code: "run_closing" | "replanned" | "step_failed"): readonly JournalEvent[] {
  for (const gate of state.gates.values()) {
    if (gate.status !== "opening") return [voided(gate, { code, step: gate.step })];
  }
  return [];
}

function close(state: RunState, scope: Scope): readonly JournalEvent[] {
  const failed = scope.failing !== null;
  const closed: JournalEvent = {
    type: "scope_closed",
    scope: scope.path,
    outcome: failed ? "failed" : "succeeded",
    reason: scope.failing,
  };
  if (scope.path === UNDO) return [failed ? { ...closed, reason: uncompensated(scope.failing) } : closed];
  if (failed) return [closed, { type: "run_closing", outcome: "failed", reason: scope.failing, forced: false }];
  return [closed, ...conclude(state)];
}

function uncompensated(failing: Reason | null): Reason {
  return { ...failing, code: "compensation_failed", detail: failing?.code ?? "" };
}

/** The verdict on the whole run: every step was accepted, and together they were useful enough. */
function conclude(state: RunState): readonly JournalEvent[] {
  const { weight, sum } = state.tally.utility;
  const utility = weight === 0 ? 1 : sum / weight;
  const accepted = utility >= UTILITY_THRESHOLD;
  return [
    {
      type: "verdict_rendered",
      scope: "run",
      step: null,
      attempt: 0,
      verdict: accepted ? "accept" : "escalate",
      outcome: accepted ? "succeeded" : "failed",
      scores: { utility: scoreText(utility) },
      reason: accepted ? null : { code: "unexpected_evidence" },
      retry_at_ms: null,
    },
    {
      type: "run_closing",
      outcome: accepted ? "completed" : "failed",
      reason: accepted ? null : { code: "unexpected_evidence" },
      forced: false,
    },
  ];
}

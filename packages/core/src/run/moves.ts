import { ROOT, UNDO, WHOLE_PLAN } from "./paths.ts";
import type { RunState, Scope } from "./state.ts";

/** The block whose steps are being entered; null while there is none. */
export function activeScope(state: RunState): Scope | null {
  const scope = state.scopes.get(state.status === "undoing" ? UNDO : ROOT);
  return scope === undefined || scope.closed ? null : scope;
}

/** Whether anything forbids that something new starts. Doubts and reviews are counted: one answered leaves the others. */
export function isHeld(state: RunState): boolean {
  return state.hold !== null || state.doubts > 0 || state.reviews > 0;
}

/** Whether nothing is under way: no open attempt, no gate being made ready, no doubt. */
export function isQuiet(state: RunState): boolean {
  return state.attempts.size === 0 && state.opening === 0 && state.doubts === 0;
}

export function hasSlot(state: RunState): boolean {
  return state.attempts.size + state.opening < (state.settings?.width ?? 1);
}

/** Whether a scope must close: all its steps are settled, or it fails and nothing of it is under way. */
export function mustClose(state: RunState, scope: Scope): boolean {
  return scope.left === 0 || (scope.failing !== null && isQuiet(state) && state.gates.size === 0);
}

/** Whether the run only waits for a person: what passes then is waiting, not work. */
export function isWaiting(state: RunState): boolean {
  if (state.status === "new" || state.status === "ended") return true;
  if (state.attempts.size > 0 || state.work.size > 0) return false;
  return isHeld(state) || state.gates.size > 0;
}

/**
 * Whether `settle` would give a fact. Constant time; `settle` and this agree
 * always, and that is what "the run rests" means.
 */
export function canSettle(state: RunState): boolean {
  if (state.status === "new" || state.status === "ended") return false;
  const scope = activeScope(state);
  if (state.closing !== null && state.status !== "undoing")
    return state.gates.size > 0 || mustDoubt(state) || canEnd(state);
  if (state.closing?.forced === true) return state.gates.size > 0 || state.attempts.size === 0;
  if (state.draining !== null) return state.gates.size > state.opening || mustDoubt(state) || canReplan(state);
  if (state.status === "planning") return false;
  if (!state.opened && state.status === "working") return !isHeld(state) && !state.gates.has(WHOLE_PLAN);
  if (scope === null) return state.closing !== null && isQuiet(state);
  if (isHeld(state)) return false;
  if (mustClose(state, scope)) return true;
  if (scope.failing !== null) return state.gates.size > state.opening;
  return state.ready.size > 0 && hasSlot(state);
}

/** Whether a call that may have happened will not be sent again, so that a person must say. */
export function mustDoubt(state: RunState): boolean {
  return state.closing?.forced !== true && unsureStep(state) !== null;
}

/** A step of which a call may have happened, and none is under way; null where there is none. */
export function unsureStep({ unsure, attempts }: RunState): string | null {
  for (const path of unsure) if (!attempts.has(path)) return path;
  return null;
}

/** Whether the planner may be asked again: nothing is under way, and nobody holds the run. */
export function canReplan(state: RunState): boolean {
  return isQuiet(state) && state.gates.size === 0 && state.hold === null;
}

function canEnd(state: RunState): boolean {
  return state.attempts.size === 0 && (state.closing?.forced === true || state.doubts === 0);
}

/** Why a run was stopped for going in circles. A trip cannot be built without its reason. */
export interface LoopTrip {
  readonly code: "loop_detected";
  readonly kind: "identical_call" | "no_progress" | "plan_repeat" | "plan_oscillation";
  readonly count: number;
  readonly threshold: number;
}

/** Identical calls with identical answers that a run may make before the next is refused. */
export const IDENTICAL_CALLS = 3;
/** Plan cycles without any progress. */
const CYCLES_WITHOUT_PROGRESS = 2;
/** Times the same plan may be refused: the second time is a loop. */
export const REFUSALS_OF_ONE_PLAN = 2;

/** A trip with its reason. */
export function tripped(kind: LoopTrip["kind"], count: number, threshold: number): LoopTrip {
  return { code: "loop_detected", kind, count, threshold };
}

/** What the guard remembers of one call: its last answer and how often it came in a row. */
export interface SeenCall {
  readonly output: string;
  readonly count: number;
}

/** @param fingerprint of the answer, compared only for equality */
export function observed(before: SeenCall | undefined, fingerprint: string): SeenCall {
  return before?.output === fingerprint
    ? { output: fingerprint, count: before.count + 1 }
    : { output: fingerprint, count: 1 };
}

/** Whether another such call may still be sent. */
export function tripOnCall(seen: SeenCall | undefined, allowed: number | null): LoopTrip | null {
  const threshold = allowed ?? IDENTICAL_CALLS;
  if (seen === undefined || seen.count < threshold) return null;
  return tripped("identical_call", seen.count, threshold);
}

/** What a run has reached; two equal ones around a whole plan cycle are no progress. */
export interface Progress {
  readonly completed: number;
  readonly evidence: number;
  readonly effects: number;
}

export function isProgress(before: Progress, now: Progress): boolean {
  return now.completed > before.completed || now.evidence > before.evidence || now.effects > before.effects;
}

/** @param cycles plan cycles before this one that brought nothing */
export function tripOnCycle(cycles: number, before: Progress, now: Progress): LoopTrip | null {
  const isLoop = !isProgress(before, now) && cycles + 1 >= CYCLES_WITHOUT_PROGRESS;
  return isLoop ? tripped("no_progress", cycles + 1, CYCLES_WITHOUT_PROGRESS) : null;
}

import type { Progress } from "../budget/loop-guard.ts";
import type { RunState } from "./state.ts";

/** What a run has reached by now. */
export function progressOf({ tally }: RunState): Progress {
  return { completed: tally.succeeded, evidence: tally.evidence.size, effects: tally.effects.length };
}

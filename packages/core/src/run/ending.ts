import { decisionRecord } from "./decision-record.ts";
import type { JournalEvent, UndoStep } from "./event.ts";
import type { RunState } from "./state.ts";

/** What was done is taken back unless the run completed, in reverse order of completion; then the run ends. */
export function undoPhase(state: RunState): readonly JournalEvent[] {
  if (state.closing?.outcome === "completed" || state.undo.length === 0 || state.status === "undoing")
    return endRun(state);
  const steps = state.undo
    .toReversed()
    .map((undo, index): UndoStep => ({ id: `u${index + 1}`, of: undo.of, tool: undo.tool, args: undo.args }));
  return [
    { type: "phase_entered", phase: "undoing", steps },
    { type: "scope_opened", scope: "undo" },
  ];
}

/** The one end of a run, with the digest of its decision record. */
export function endRun(state: RunState): readonly JournalEvent[] {
  const ending = state.closing;
  if (ending === null) return [];
  const record = decisionRecord(state, ending);
  return [
    {
      type: "run_ended",
      outcome: ending.outcome,
      reason: ending.reason,
      record_id: record.id,
      record_hash: record.hash,
    },
  ];
}

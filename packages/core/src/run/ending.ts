import { decisionRecord } from "./decision-record.ts";
import type { JournalEvent, UndoStep } from "./event.ts";
import { UNDO } from "./paths.ts";
import type { RunState } from "./state.ts";

/** Steps of one undo phase: they stand in one fact, which must fit an entry. */
const UNDO_AT_ONCE = 32;

/** What was done is taken back unless the run completed, in reverse order of completion and some at a time; then the run ends. */
export function undoPhase(state: RunState): readonly JournalEvent[] {
  const isOver = state.undo.length === 0 || state.scopes.get(UNDO)?.failing != null;
  if (isOver || state.closing?.outcome === "completed") return endRun(state);
  const steps = state.undo
    .slice(-UNDO_AT_ONCE)
    .toReversed()
    .map(({ of, tool, args }, index): UndoStep => ({ id: `u${state.undone + index + 1}`, of, tool, args }));
  return [
    { type: "phase_entered", phase: "undoing", steps },
    { type: "scope_opened", scope: UNDO },
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
      doubts: doubted(state),
    },
  ];
}

/** More would not fit an entry; the steps say it of themselves. */
const MOST_DOUBTS = 64;

function doubted({ doubts, unsure, steps }: RunState): readonly string[] {
  if (doubts === 0 && unsure.size === 0) return [];
  const inDoubt = [...steps.values()].filter(({ status, path }) => status === "in_doubt" || unsure.has(path));
  return inDoubt.map(({ path }) => path).slice(0, MOST_DOUBTS);
}

import { RUN_STATUSES, type ApprovalView, type ArtifactView, type RunStatus, type RunView } from "@writ/core";
import { counted } from "@writ/core/text/figure";
import { dayAndTime } from "../terminal/instant.ts";
import type { Screen } from "../terminal/screen.ts";
import type { RunRowView } from "../terminal/view.ts";
import type { NameOf } from "./name-of.ts";
import { codeWords } from "@writ/core/text/reason-words";

/** What lists know of a run. */
export interface ListedRun {
  readonly view: RunView;
  readonly approvals: readonly ApprovalView[];
  readonly artifacts: readonly ArtifactView[];
  readonly shortId: string;
}

/** A state as the journal spells it; one that this version does not know stands still for a person to look. */
export function shownState(status: string): RunStatus {
  return RUN_STATUSES.find((state) => state === status) ?? "paused";
}

export function runRow(screen: Screen, run: ListedRun, nameOf: NameOf): RunRowView {
  const { view, shortId } = run;
  return {
    run: view.run_id,
    shortId,
    state: shownState(view.status),
    goal: view.goal ?? "(erased)",
    clause: clauseOf(screen, run, nameOf),
    at: view.created_at_ms,
    workedMs: view.worked_ms,
  };
}

/** What happened, or what the run waits for. */
function clauseOf(screen: Screen, { view, approvals, artifacts }: ListedRun, nameOf: NameOf): string {
  const { status, reason, steps, waiting } = view;
  switch (status) {
    case "awaiting_gate": {
      const [first] = approvals.filter((each) => each.status === "waiting");
      return first === undefined
        ? (waiting.gates[0] ?? "")
        : `${first.step}, until ${dayAndTime(screen, first.expires_at_ms)}`;
    }
    case "in_doubt":
      return more(`did ${waiting.doubts[0] ?? "a step"} happen?`, waiting.doubts.length - 1);
    case "paused":
      return reason === "escalated" && waiting.reviews[0] !== undefined
        ? more(`${waiting.reviews[0]} waits for your word`, waiting.reviews.length - 1)
        : codeWords(reason ?? "");
    case "planned":
      return counted(steps.total, "step");
    case "in_progress":
      return steps.total === 0 ? "planning" : `step ${Math.min(steps.total, steps.done + 1)} of ${steps.total}`;
    case "completed":
      return wrote(artifacts, steps.done);
    case "rejected":
      return denied(approvals, nameOf) ?? codeWords(reason ?? "");
    default:
      return reason === null ? "" : codeWords(reason);
  }
}

function wrote(artifacts: readonly ArtifactView[], done: number): string {
  const paths = [...new Set(artifacts.map((artifact) => artifact.path))];
  return paths[0] === undefined ? counted(done, "step") : more(`wrote ${paths[0]}`, paths.length - 1);
}

function denied(approvals: readonly ApprovalView[], nameOf: NameOf): string | null {
  const one = approvals.find((each) => each.status === "denied");
  if (one === undefined) return null;
  const by = one.decided_by === null ? "somebody" : nameOf(one.decided_by);
  return `${one.step} denied by ${by}${one.reason === null ? "" : `: "${one.reason}"`}`;
}

function more(text: string, count: number): string {
  return count <= 0 ? text : `${text} and ${count} more`;
}

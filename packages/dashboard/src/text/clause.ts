import { codeWords } from "@writ/core/text/reason-words";
import { counted } from "@writ/core/text/figure";
import type { TaskHead } from "../api/connection.ts";

/** What happened, or what the run waits for, in one clause. */
export function clauseOf(run: TaskHead): string {
  const { status, reason, progress, waiting, approvals, artifacts } = run;
  switch (status) {
    case "awaiting_gate": {
      const asks = approvals.filter((each) => each.status === "waiting").map(({ step }) => step);
      const [first = waiting.gates[0] ?? "a step"] = asks;
      return more(`${first} asks you`, Math.max(asks.length, waiting.gates.length) - 1);
    }
    case "in_doubt":
      return more(`${waiting.doubts[0] ?? "a step"} was sent, no answer arrived`, waiting.doubts.length - 1);
    case "paused":
      return reason === "escalated" && waiting.reviews[0] !== undefined
        ? more(`${waiting.reviews[0]} waits for your word`, waiting.reviews.length - 1)
        : codeWords(reason ?? "paused");
    case "planned":
      return `${counted(progress.total, "step")}, not begun`;
    case "in_progress":
      return progress.total === 0
        ? "planning"
        : `step ${Math.min(progress.total, progress.done + 1)} of ${progress.total}`;
    case "completed": {
      const paths = [...new Set(artifacts.map(({ path }) => path))];
      return paths[0] === undefined ? counted(progress.done, "step") : more(`${paths[0]} written`, paths.length - 1);
    }
    default:
      return reason === null ? "" : codeWords(reason);
  }
}

function more(text: string, count: number): string {
  return count <= 0 ? text : `${text} and ${count} more`;
}

/** The part of the dimension nearest to its limit that is used, in [0, 1]. */
export function budgetUsed({ budget }: Pick<TaskHead, "budget">): number {
  const { used, limits } = budget;
  const parts = [
    [used.steps, limits.steps],
    [used.tool_calls, limits.tool_calls],
    [used.tokens, limits.tokens],
    [used.cost_cents, limits.cost_cents],
    [used.wall_clock_ms, limits.wall_clock_ms],
  ].map(([spent = 0, limit = 0]) => (limit <= 0 ? 0 : spent / limit));
  return Math.min(1, Math.max(0, ...parts));
}

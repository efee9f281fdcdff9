import type { Answer } from "@writ/api/contract/forms";
import {
  fromRfc3339,
  millicentsOf,
  costCents,
  type Amounts,
  type AmountsDocument,
  type ApprovalView,
  type ArtifactView,
  type RunView,
} from "@writ/core";

type TaskDocument = Answer<"list_tasks">["items"][number];
type ApprovalDocument = Answer<"list_approvals">["items"][number];
type ArtifactDocument = Answer<"list_artifacts">["items"][number];

/** The row that a task of the API was written from; when a clock moves it next is not told. */
export function runRow(task: TaskDocument): RunView {
  return {
    run_id: task.run_id,
    status: task.status,
    reason: task.reason,
    goal: task.goal,
    door: task.door,
    started_by: task.started_by,
    plan_id: task.plan_id,
    plan_hash: task.plan_hash,
    version: task.version,
    created_at_ms: instant(task.created_at),
    updated_at_ms: instant(task.updated_at),
    ended_at_ms: task.ended_at === null ? null : instant(task.ended_at),
    wake_at_ms: null,
    worked_ms: task.worked_ms,
    waited_ms: task.waited_ms,
    steps: task.progress,
    waiting: task.waiting,
    budget: { used: amountsOf(task.budget.used), limits: amountsOf(task.budget.limits) },
  };
}

export function approvalRow({ requested_at, expires_at, decided_at, ...row }: ApprovalDocument): ApprovalView {
  return {
    ...row,
    requested_at_ms: instant(requested_at),
    expires_at_ms: instant(expires_at),
    decided_at_ms: decided_at === null ? null : instant(decided_at),
  };
}

export function artifactRow({ at, ...row }: ArtifactDocument): ArtifactView {
  return { ...row, at_ms: instant(at) };
}

function amountsOf({ cost_cents, ...amounts }: AmountsDocument): Amounts {
  return { ...amounts, cost_millicents: millicentsOf(costCents.parse(cost_cents)) };
}

/** Of a text whose form was seen. */
function instant(text: string): number {
  return fromRfc3339(text) ?? 0;
}

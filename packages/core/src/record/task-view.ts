import { toRfc3339, epochMs } from "../base/time.ts";
import { amountsDocument, type AmountsDocument } from "../budget/amounts.ts";
import type { ApprovalView, ArtifactView } from "../journal/stored-entry.ts";
import type { Step } from "../plan/plan.ts";
import { ROOT, UNDO } from "../run/paths.ts";
import { stepStatus } from "../run/status.ts";
import type { RunState, Scope, StepState } from "../run/state.ts";
import { commandsFor, standingOf, type Standing } from "./next-commands.ts";

/** A run as programs see it: the documented shape of `--json`. */
export interface TaskView {
  readonly run_id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly goal: string | null;
  readonly plan_id: string | null;
  readonly plan_hash: string | null;
  readonly steps: readonly TaskStep[];
  readonly approvals: readonly {
    readonly approval_id: string;
    readonly step: string;
    readonly status: string;
    readonly expires_at: string;
  }[];
  readonly artifacts: readonly { readonly path: string; readonly sha256: string }[];
  readonly budget: { readonly used: AmountsDocument; readonly limits: AmountsDocument };
  /** What can be done next, as commands. */
  readonly next: readonly string[];
}

export interface TaskStep {
  readonly id: string;
  readonly tool: string | null;
  readonly status: string;
  readonly approval_mode: string | null;
  readonly attempts: number;
}

/** A run in a list of `--json`. */
export type TaskHead = Omit<TaskView, "steps">;

/** @param approvals of this run, @param artifacts of this run: the newest version of each path is shown */
export function taskView(
  state: RunState,
  approvals: readonly ApprovalView[],
  artifacts: readonly ArtifactView[],
): TaskView {
  const head = taskHead(standingOf(state), approvals, artifacts);
  const { run_id, status, reason, goal, plan_id, plan_hash, ...rest } = head;
  const steps = [...scopeSteps(state, ROOT), ...scopeSteps(state, UNDO)];
  return { run_id, status, reason, goal, plan_id, plan_hash, steps, ...rest };
}

/** The same without its steps, from the row of a list: nothing is folded. */
export function taskHead(
  standing: Standing,
  approvals: readonly ApprovalView[],
  artifacts: readonly ArtifactView[],
): TaskHead {
  const { run_id, status, reason, goal, plan_id, plan_hash, budget } = standing.view;
  return {
    run_id,
    status,
    reason,
    goal,
    plan_id,
    plan_hash,
    approvals: approvals.map((each) => ({
      approval_id: each.approval_id,
      step: each.step,
      status: each.status,
      expires_at: toRfc3339(epochMs(each.expires_at_ms)),
    })),
    artifacts: [...new Map(artifacts.map((each) => [each.path, { path: each.path, sha256: each.sha256 }])).values()],
    budget: { used: amountsDocument(budget.used), limits: amountsDocument(budget.limits) },
    next: commandsFor(standing, approvals),
  };
}

function scopeSteps(state: RunState, path: string): readonly TaskStep[] {
  const scope = state.scopes.get(path);
  const steps = scope?.block.steps ?? (path === ROOT ? (state.plan?.block.steps ?? []) : []);
  return steps.map((step, index) => taskStep(state, step, scope === undefined ? null : at(state, scope, index)));
}

function at(state: RunState, scope: Scope, index: number): StepState | null {
  const path = scope.paths[index];
  return path === undefined ? null : (state.steps.get(path) ?? null);
}

function taskStep(state: RunState, step: Step, found: StepState | null): TaskStep {
  const tool = step.kind === "tool" ? step.tool : null;
  return {
    id: found?.path ?? step.id,
    tool,
    status: stepStatus(state, found),
    approval_mode: tool === null ? null : (state.rules.tools.get(tool)?.spec.tier ?? "destructive"),
    attempts: found?.attempts ?? 0,
  };
}

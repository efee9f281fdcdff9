import { toRfc3339, epochMs } from "../base/time.ts";
import type { Amounts } from "../budget/amounts.ts";
import type { ApprovalView, ArtifactView } from "../journal/stored-entry.ts";
import type { Step } from "../plan/plan.ts";
import { ROOT, UNDO } from "../run/paths.ts";
import { runStatus, statusReason, stepStatus } from "../run/status.ts";
import type { RunState, Scope, StepState } from "../run/state.ts";
import { runView } from "./run-view.ts";

/** A run as programs see it: the documented shape of `--json`. */
export interface TaskView {
  readonly run_id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly goal: string | null;
  readonly plan_id: string | null;
  readonly plan_hash: string | null;
  readonly steps: readonly TaskStep[];
  readonly approvals: readonly { readonly approval_id: string; readonly step: string; readonly status: string; readonly expires_at: string }[];
  readonly artifacts: readonly { readonly path: string; readonly sha256: string }[];
  readonly budget: { readonly used: Amounts; readonly limits: Amounts };
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

/** @param approvals of this run, @param artifacts of this run: the newest version of each path is shown */
export function taskView(state: RunState, approvals: readonly ApprovalView[], artifacts: readonly ArtifactView[]): TaskView {
  const view = runView(state);
  return {
    run_id: state.run,
    status: runStatus(state),
    reason: statusReason(state),
    goal: view.goal,
    plan_id: view.plan_id,
    plan_hash: view.plan_hash,
    steps: [...scopeSteps(state, ROOT), ...scopeSteps(state, UNDO)],
    approvals: approvals.map((each) => ({
      approval_id: each.approval_id,
      step: each.step,
      status: each.status,
      expires_at: toRfc3339(epochMs(each.expires_at_ms)),
    })),
    artifacts: [...new Map(artifacts.map((each) => [each.path, { path: each.path, sha256: each.sha256 }])).values()],
    budget: view.budget,
    next: nextCommands(state, approvals),
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

/** The commands that move a run from where it stands, most useful first. */
export function nextCommands(state: RunState, approvals: readonly ApprovalView[]): readonly string[] {
  const run = state.run;
  switch (runStatus(state)) {
    case "planned":
      return [`writ run ${run}`, `writ show ${run}`];
    case "awaiting_gate": {
      const waiting = approvals.filter((each) => each.status === "waiting").slice(0, 3);
      return waiting.flatMap(({ approval_id }) => [`writ approvals show ${approval_id}`, `writ approvals approve ${approval_id}`]);
    }
    case "in_doubt":
      return stepsIn(state, "in_doubt").flatMap((step) => ["happened", "did-not-happen", "retry"].map((answer) => `writ resolve ${run} ${step} ${answer}`));
    case "paused":
      return pausedNext(state);
    case "in_progress":
      return [`writ show ${run} --follow`];
    case "completed":
      return [`writ show ${run}`, `writ replay ${run}`, `writ audit export ${run} ./evidence`];
    default:
      return [`writ show ${run}`, `writ report ${run}`];
  }
}

function pausedNext(state: RunState): readonly string[] {
  const { run } = state;
  const reviews = stepsIn(state, "review").flatMap((step) => [`writ resolve ${run} ${step} retry`, `writ resolve ${run} ${step} skip`]);
  const hold = state.hold?.code;
  const held = hold === "budget_exhausted" ? [`writ extend ${run} --${(state.hold?.detail ?? "steps").replaceAll("_", "-")} 5 --reason "…"`] : hold === undefined ? [] : [`writ resume ${run}`];
  return [...reviews, ...held, `writ cancel ${run}`];
}

function stepsIn(state: RunState, status: StepState["status"]): readonly string[] {
  return [...state.steps.values()].filter((step) => step.status === status).map((step) => step.path);
}


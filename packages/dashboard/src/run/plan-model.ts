import type { StepPublicStatus } from "@writ/core";
import type { Plan, Report, Task } from "../api/connection.ts";
import { instantOf } from "../system/clock.ts";

/** A step as the plan's pictures show it: what was planned, and what became of it. */
export interface ShownStep {
  readonly id: string;
  readonly kind: string;
  readonly tool: string | null;
  readonly tier: string;
  readonly status: StepPublicStatus;
  /** Steps of this picture that come before. */
  readonly needs: readonly string[];
  readonly attempts: number;
  /** Milliseconds of all finished attempts; null before the first. */
  readonly tookMs: number | null;
  /** Whether a person stands before it: waits for one now, will ask, or nothing of either. */
  readonly gate: "open" | "ahead" | "none";
  /** How it failed, in the words of its tool; null where it did not. */
  readonly error: string | null;
  /** Place in topological order, from 0. */
  readonly order: number;
}

/** The plan with its states, in topological order; steps that were unrolled while it ran included. */
export function shownSteps(plan: Plan | undefined, task: Task, report: Report | undefined): readonly ShownStep[] {
  const planned = new Map(plan?.steps.map((step) => [step.id, step]));
  const standing = new Map(task.steps.map((step) => [step.id, step]));
  const histories = new Map(report?.steps.map((step) => [step.path, step]));
  const ids = [...new Set([...planned.keys(), ...standing.keys()])];
  const needsOf = (id: string): readonly string[] => (planned.get(id)?.needs ?? []).filter((need) => need !== id);
  return topological(ids, needsOf).map((id, order) => {
    const step = planned.get(id);
    const state = standing.get(id);
    const status = state?.status ?? "pending";
    const asks = step?.decision === "gate";
    const gate = status === "awaiting_gate" ? "open" : asks && NOT_STARTED.has(status) ? "ahead" : "none";
    return {
      id,
      kind: step?.kind ?? "tool",
      tool: step?.tool ?? state?.tool ?? null,
      tier: state?.approval_mode ?? step?.approval_mode ?? "read_only",
      status,
      needs: needsOf(id),
      attempts: state?.attempts ?? 0,
      tookMs: tookOf(histories.get(id)?.attempts ?? []),
      gate,
      error: status === "failed" ? (histories.get(id)?.error ?? null) : null,
      order,
    };
  });
}

const NOT_STARTED: ReadonlySet<string> = new Set(["pending", "ready"]);

function tookOf(attempts: Report["steps"][number]["attempts"]): number | null {
  const done = attempts.filter(({ ended_at }) => ended_at !== null);
  if (done.length === 0) return null;
  return done.reduce(
    (sum, { started_at, ended_at }) => sum + instantOf(ended_at ?? started_at) - instantOf(started_at),
    0,
  );
}

/** Steps after all they need, else as they were given; what lies on a circle comes last. */
function topological(ids: readonly string[], needsOf: (id: string) => readonly string[]): readonly string[] {
  const known = new Set(ids);
  const open = new Map(ids.map((id) => [id, needsOf(id).filter((need) => known.has(need)).length]));
  const after = new Map<string, string[]>();
  for (const id of ids) for (const need of needsOf(id)) after.set(need, [...(after.get(need) ?? []), id]);
  const ready = ids.filter((id) => open.get(id) === 0);
  const order: string[] = [];
  for (let at = 0; at < ready.length; at += 1) {
    const id = ready[at] ?? "";
    order.push(id);
    for (const next of after.get(id) ?? []) {
      const left = (open.get(next) ?? 0) - 1;
      open.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  const placed = new Set(order);
  return [...order, ...ids.filter((id) => !placed.has(id))];
}

/** The step a page opens on: the one that waits, else the one that failed, else the last that began. */
export function stepToShow(steps: readonly ShownStep[]): string | null {
  const first = (...statuses: readonly StepPublicStatus[]): ShownStep | undefined =>
    steps.find(({ status }) => statuses.includes(status));
  const began = steps.findLast(({ status }) => !NOT_STARTED.has(status));
  return (first("awaiting_gate", "in_doubt") ?? first("failed") ?? began ?? steps[0])?.id ?? null;
}

/** A block of the map: steps of one loop, or one that stands by itself. */
export interface Block {
  readonly name: string;
  readonly steps: readonly ShownStep[];
}

/** The step's name without its place in a loop: `check_link[127]`, `check_link_127` and `review[2]/fix` stand in one block each. */
export function blockName(id: string): string {
  const loop = /^(.*?)\[\d+\]/.exec(id)?.[1];
  return loop ?? id.replace(/[_-]?\d+$/, "");
}

/** Steps in order, cut where the loop or phase changes. */
export function blocksOf(steps: readonly ShownStep[]): readonly Block[] {
  const blocks = new Map<string, ShownStep[]>();
  for (const step of steps) {
    const name = blockName(step.id);
    const known = blocks.get(name);
    if (known === undefined) blocks.set(name, [step]);
    else known.push(step);
  }
  return [...blocks].map(([name, ofBlock]) => ({ name, steps: ofBlock }));
}

/** A step with the `depth` generations before and after it. */
export function neighbourhood(steps: readonly ShownStep[], id: string, depth: number): readonly ShownStep[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const after = new Map<string, string[]>();
  for (const step of steps) for (const need of step.needs) after.set(need, [...(after.get(need) ?? []), step.id]);
  const near = new Set([id]);
  const spread = (from: readonly string[], next: (each: string) => readonly string[], left: number): void => {
    if (left === 0) return;
    const found = from.flatMap(next).filter((each) => byId.has(each));
    for (const each of found) near.add(each);
    spread(found, next, left - 1);
  };
  spread([id], (each) => byId.get(each)?.needs ?? [], depth);
  spread([id], (each) => after.get(each) ?? [], depth);
  return steps.filter((step) => near.has(step.id));
}

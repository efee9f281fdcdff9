import type { Amounts } from "./amounts.ts";
import type { BudgetDocument } from "../plan/plan-document.ts";

export type Dimension = keyof Amounts;
export const DIMENSIONS = [
  "steps",
  "tool_calls",
  "tokens",
  "cost_millicents",
  "wall_clock_ms",
] as const satisfies readonly Dimension[];

/** Everything that bounds a run. */
export interface Limits extends Amounts {
  readonly replans: number;
  readonly retries: number;
  readonly retries_per_step: number;
}

export const NOTHING: Amounts = { steps: 0, tool_calls: 0, tokens: 0, cost_millicents: 0, wall_clock_ms: 0 };

/** What binds a model's, a template's or a plan file's proposal when nobody said otherwise. */
export const DEFAULT_LIMITS: Limits = {
  steps: 25,
  tool_calls: 100,
  tokens: 200_000,
  cost_millicents: 50_000,
  wall_clock_ms: 600_000,
  replans: 2,
  retries: 6,
  retries_per_step: 2,
};

export function plus(a: Amounts, b: Amounts): Amounts {
  return {
    steps: a.steps + b.steps,
    tool_calls: a.tool_calls + b.tool_calls,
    tokens: a.tokens + b.tokens,
    cost_millicents: a.cost_millicents + b.cost_millicents,
    wall_clock_ms: a.wall_clock_ms + b.wall_clock_ms,
  };
}

export function minus(a: Amounts, b: Amounts): Amounts {
  return {
    steps: a.steps - b.steps,
    tool_calls: a.tool_calls - b.tool_calls,
    tokens: a.tokens - b.tokens,
    cost_millicents: a.cost_millicents - b.cost_millicents,
    wall_clock_ms: a.wall_clock_ms - b.wall_clock_ms,
  };
}

/** The first dimension in which `asked` does not fit beside what is used and reserved; null when all fit. All move together or none. */
export function exhausted(limits: Amounts, used: Amounts, reserved: Amounts, asked: Amounts): Dimension | null {
  return (
    DIMENSIONS.find((dimension) => used[dimension] + reserved[dimension] + asked[dimension] > limits[dimension]) ?? null
  );
}

export function remaining(limits: Amounts, used: Amounts, reserved: Amounts): Amounts {
  return minus(minus(limits, used), reserved);
}

/** The stricter of both, field by field. */
export function tightened(limits: Limits, wanted: BudgetDocument): Limits {
  return {
    steps: Math.min(limits.steps, wanted.steps ?? limits.steps),
    tool_calls: Math.min(limits.tool_calls, wanted.tool_calls ?? limits.tool_calls),
    tokens: Math.min(limits.tokens, wanted.tokens ?? limits.tokens),
    cost_millicents: Math.min(limits.cost_millicents, wanted.cost_millicents ?? limits.cost_millicents),
    wall_clock_ms: Math.min(limits.wall_clock_ms, wanted.wall_clock_ms ?? limits.wall_clock_ms),
    replans: Math.min(limits.replans, wanted.replans ?? limits.replans),
    retries: Math.min(limits.retries, wanted.retries ?? limits.retries),
    retries_per_step: Math.min(limits.retries_per_step, wanted.retries_per_step ?? limits.retries_per_step),
  };
}

/** The fields in which a request asks for more than it may have. */
export function loosened(limits: Limits, wanted: BudgetDocument): readonly (keyof Limits)[] {
  const fields = [...DIMENSIONS, "replans", "retries", "retries_per_step"] as const;
  return fields.filter((field) => (wanted[field] ?? 0) > limits[field]);
}

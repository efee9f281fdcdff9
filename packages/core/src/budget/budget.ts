import { centsOf, millicentsOf } from "../base/money.ts";
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

/** The limits that a document names, in our own units. */
export function boundsIn({ cost_cents, ...counts }: BudgetDocument): Partial<Limits> {
  const bounds = { ...counts, cost_millicents: cost_cents === undefined ? undefined : millicentsOf(cost_cents) };
  return Object.fromEntries(Object.entries(bounds).filter(([, bound]) => bound !== undefined));
}

/** The stricter of both, field by field. */
export function tightened(limits: Limits, wanted: BudgetDocument): Limits {
  const bounds = boundsIn(wanted);
  const least = (field: keyof Limits): number => Math.min(limits[field], bounds[field] ?? limits[field]);
  return {
    steps: least("steps"),
    tool_calls: least("tool_calls"),
    tokens: least("tokens"),
    cost_millicents: least("cost_millicents"),
    wall_clock_ms: least("wall_clock_ms"),
    replans: least("replans"),
    retries: least("retries"),
    retries_per_step: least("retries_per_step"),
  };
}

/** A field in which a document asks for more than it may have, as it is written there. */
export interface Loosening {
  readonly field: keyof BudgetDocument;
  readonly allowed: number;
  readonly wanted: number;
}

export function loosened(limits: Limits, wanted: BudgetDocument): readonly Loosening[] {
  const bounds = boundsIn(wanted);
  const fields = [...DIMENSIONS, "replans", "retries", "retries_per_step"] as const;
  return fields.flatMap((field): readonly Loosening[] => {
    const bound = bounds[field] ?? 0;
    const allowed = limits[field];
    if (bound <= allowed) return [];
    return field === "cost_millicents"
      ? [{ field: "cost_cents", allowed: centsOf(allowed), wanted: centsOf(bound) }]
      : [{ field, allowed, wanted: bound }];
  });
}

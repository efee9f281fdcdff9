import type { EventDocument } from "@writ/api/contract/event";
import { instantOf } from "../system/clock.ts";

export const BURNT = ["steps", "tool_calls", "tokens", "cost_cents", "wall_clock_ms"] as const;
export type Burnt = (typeof BURNT)[number];

type Amounts = Record<Burnt, number>;

/** What had been used at an instant, and how far it was extended by then. */
export interface BurnPoint {
  readonly at: number;
  readonly used: Readonly<Amounts>;
  readonly extended: Readonly<Amounts>;
}

/**
 * How a run's budget was used up, from its facts: each attempt is a tool call,
 * each accepted first attempt a step, and usage is settled when a call ends.
 */
export function burnDown(events: readonly EventDocument[]): readonly BurnPoint[] {
  const used = nothing();
  const extended = nothing();
  const begun = new Set<string>();
  const points: BurnPoint[] = [];
  for (const { time, data } of events) {
    let moved = false;
    for (const fact of data.facts) {
      if (fact.type === "step_started") {
        used.tool_calls += 1;
        const step = String(fact["step"]);
        if (!begun.has(step)) used.steps += 1;
        begun.add(step);
        moved = true;
      }
      const usage = "usage" in fact ? fact["usage"] : null;
      if (isAmounts(usage)) {
        add(used, usage);
        moved = true;
      }
      if (fact.type === "budget_extended" && isAmounts(fact["amounts"])) {
        add(extended, fact["amounts"]);
        moved = true;
      }
    }
    if (moved) points.push({ at: instantOf(time), used: { ...used }, extended: { ...extended } });
  }
  return points;
}

function nothing(): Amounts {
  return { steps: 0, tool_calls: 0, tokens: 0, cost_cents: 0, wall_clock_ms: 0 };
}

function add(to: Amounts, from: Readonly<Record<string, unknown>>): void {
  for (const name of ["steps", "tool_calls", "tokens", "wall_clock_ms"] as const) {
    const amount = from[name];
    if (typeof amount === "number") to[name] += amount;
  }
  const millicents = from["cost_millicents"];
  if (typeof millicents === "number") to.cost_cents += millicents / 1_000;
}

function isAmounts(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

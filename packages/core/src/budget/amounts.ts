import { centsOf } from "../base/money.ts";

/** What bounds and counts the work of a run; money in thousandths of a cent, time in milliseconds. */
export interface Amounts {
  readonly steps: number;
  readonly tool_calls: number;
  readonly tokens: number;
  readonly cost_millicents: number;
  readonly wall_clock_ms: number;
}

/** The same as programs and files have it: money in cents, a decimal number. */
export interface AmountsDocument extends Omit<Amounts, "cost_millicents"> {
  readonly cost_cents: number;
}

export function amountsDocument({
  steps,
  tool_calls,
  tokens,
  cost_millicents,
  wall_clock_ms,
}: Amounts): AmountsDocument {
  return { steps, tool_calls, tokens, cost_cents: centsOf(cost_millicents), wall_clock_ms };
}

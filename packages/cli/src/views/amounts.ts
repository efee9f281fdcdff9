import type { Amounts } from "@writ/core";
import { allowed, counted, span } from "@writ/core/text/figure";

/** `5 steps, 20 tool calls`: the amounts that are not nought. */
export function amountsText(amounts: Amounts): string {
  const parts = [
    amounts.steps === 0 ? null : counted(amounts.steps, "step"),
    amounts.tool_calls === 0 ? null : counted(amounts.tool_calls, "tool call"),
    amounts.tokens === 0 ? null : counted(amounts.tokens, "token"),
    amounts.cost_millicents === 0 ? null : allowed(amounts.cost_millicents),
    amounts.wall_clock_ms === 0 ? null : `${span(amounts.wall_clock_ms)} of work`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "nothing" : parts.join(", ");
}

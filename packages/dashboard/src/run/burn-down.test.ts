import type { EventDocument } from "@writ/api/contract/event";
import { describe, expect, test } from "vitest";

import { burnDown } from "./burn-down.ts";

const entry = (second: number, ...facts: readonly Record<string, unknown>[]) =>
  ({ time: `2026-11-20T14:00:0${second}.000Z`, data: { facts } }) as unknown as EventDocument;

describe("how a budget was used up", () => {
  test("a retry is a tool call and no step; usage is settled when a call ends; an extension is marked", () => {
    const points = burnDown([
      entry(0, { type: "run_started" }),
      entry(1, { type: "step_started", step: "a" }),
      entry(2, { type: "attempt_failed", step: "a", usage: { tokens: 5, cost_millicents: 500, wall_clock_ms: 20 } }),
      entry(3, { type: "step_started", step: "a" }),
      entry(4, {
        type: "budget_extended",
        amounts: { steps: 5, tool_calls: 0, tokens: 0, cost_millicents: 0, wall_clock_ms: 0 },
      }),
      entry(5, { type: "attempt_returned", step: "a", usage: { tokens: 7, cost_millicents: 0, wall_clock_ms: 30 } }),
    ]);
    expect(points.length).toBe(5);
    expect(points.at(-1)?.used).toEqual({ steps: 1, tool_calls: 2, tokens: 12, cost_cents: 0.5, wall_clock_ms: 50 });
    expect(points.map(({ extended }) => extended.steps)).toEqual([0, 0, 0, 5, 5]);
  });
});

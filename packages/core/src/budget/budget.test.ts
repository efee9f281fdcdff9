import { describe, expect, test } from "vitest";
import { budgetDocument } from "../plan/plan-document.ts";
import { amountsDocument } from "./amounts.ts";
import { boundsIn, DEFAULT_LIMITS, loosened, tightened } from "./budget.ts";

describe("a budget as it is written", () => {
  test("says money in cents, of which we keep thousandths", () => {
    expect(boundsIn({ cost_cents: 12.345, steps: 3 })).toEqual({ cost_millicents: 12_345, steps: 3 });
    expect(tightened(DEFAULT_LIMITS, { cost_cents: 0.5 })).toEqual({ ...DEFAULT_LIMITS, cost_millicents: 500 });
  });

  test("never widens what holds", () => {
    expect(tightened(DEFAULT_LIMITS, { cost_cents: 60, retries: 7 })).toEqual(DEFAULT_LIMITS);
  });

  test("that asks for more is named in its own words and units", () => {
    expect(loosened(DEFAULT_LIMITS, { cost_cents: 50.001, steps: 26, retries: 6 })).toEqual([
      { field: "steps", allowed: 25, wanted: 26 },
      { field: "cost_cents", allowed: 50, wanted: 50.001 },
    ]);
  });

  test.each([
    ["a thousandth", 0.001, true],
    ["a fraction binary numbers cannot hold", 1.005, true],
    ["less than a thousandth", 0.0005, false],
    ["a debt", -1, false],
    ["more than can be counted", 1e13, false],
  ])("takes %s: %d, %s", (_, cents, isTaken) => {
    expect(budgetDocument.safeParse({ cost_cents: cents }).success).toBe(isTaken);
  });

  test("knows no other name for money", () => {
    expect(budgetDocument.safeParse({ cost_millicents: 1 }).success).toBe(false);
  });
});

test("what was used goes out in cents", () => {
  const used = { steps: 1, tool_calls: 2, tokens: 3, cost_millicents: 24_500, wall_clock_ms: 5 };
  expect(amountsDocument(used)).toEqual({ steps: 1, tool_calls: 2, tokens: 3, cost_cents: 24.5, wall_clock_ms: 5 });
});

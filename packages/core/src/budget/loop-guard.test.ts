import { describe, expect, test } from "vitest";

import { IDENTICAL_CALLS, observed, tripOnCall, tripOnCycle, type Progress, type SeenCall } from "./loop-guard.ts";

/** What the guard knows of one call that gave these answers. */
function seen(...answers: readonly string[]): SeenCall | undefined {
  let call: SeenCall | undefined;
  for (const answer of answers) call = observed(call, answer);
  return call;
}

describe("a call that is made again", () => {
  test.each([
    [[], null, null],
    [["x"], null, null],
    [["x", "x"], null, null],
    [["x", "x", "x"], null, { count: 3, threshold: 3 }],
    [["x", "x", "x", "x"], null, { count: 4, threshold: 3 }],
    [["x", "x", "y"], null, null],
    [["x", "y", "x", "y", "x"], null, null],
    [["y", "x", "x", "x"], null, { count: 3, threshold: 3 }],
    [["x"], 1, { count: 1, threshold: 1 }],
    [["x", "x", "x", "x"], 5, null],
    [["x", "x", "x", "x", "x"], 5, { count: 5, threshold: 5 }],
  ] as const)("and answered %j, with %j of them allowed: %j", (answers, allowed, trip) => {
    expect(tripOnCall(seen(...answers), allowed)).toEqual(
      trip === null ? null : { code: "loop_detected", kind: "identical_call", ...trip },
    );
  });

  test("may be made three times where its tool says nothing", () => {
    expect(IDENTICAL_CALLS).toBe(3);
  });
});

describe("a plan cycle", () => {
  const before: Progress = { completed: 2, evidence: 1, effects: 1 };

  test.each<readonly [string, Partial<Progress>, number, number | null]>([
    ["that brought nothing, the first time", {}, 0, null],
    ["that brought nothing, the second time", {}, 1, 2],
    ["that brought nothing, once more", {}, 4, 5],
    ["with one more step done", { completed: 3 }, 1, null],
    ["with evidence", { evidence: 2 }, 1, null],
    ["with an effect", { effects: 2 }, 1, null],
    ["that lost something and gained something else", { completed: 1, evidence: 2 }, 1, null],
    ["that only lost something", { completed: 1 }, 1, 2],
  ])("%s", (_, now, cycles, count) => {
    expect(tripOnCycle(cycles, before, { ...before, ...now })).toEqual(
      count === null ? null : { code: "loop_detected", kind: "no_progress", count, threshold: 2 },
    );
  });
});

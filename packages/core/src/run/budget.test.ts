import {
  extended,
  failed,
  interrupted,
  planProposed,
  returned,
  timePassed,
  type Arriving,
} from "@writ/testkit/arriving";
import { aModelsPlan, aPlan, aStep } from "@writ/testkit/build/plan";
import { aRun } from "@writ/testkit/build/run";
import { given } from "@writ/testkit/given";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { DEFAULT_LIMITS, DIMENSIONS, minus, NOTHING, plus, type Limits } from "../budget/budget.ts";
import type { RunState } from "./state.ts";

const TIMEOUT_MS = 30_000;
const TOKENS = 7;
const counting = { "x.count": { tier: "read_only", over: { traits: { tokens: TOKENS } } } } as const;

/** Steps of which none is certain, so that no budget refuses them beforehand. */
function counted(budget: Partial<Limits>, steps = 6, width = 3) {
  const plan = aPlan(
    Array.from({ length: steps }, (_, n) => aStep(`s${n}`, "x.count", { params: { n }, when: "true" })),
  );
  return aRun({ tools: counting, plan, settings: { width, budget: { ...DEFAULT_LIMITS, ...budget } } });
}

describe("a call", () => {
  test("is charged as step when it starts; what it may use is reserved, what it used is charged", () => {
    const run = given(counted({}, 1));
    expect(run.state.used).toEqual({ ...NOTHING, steps: 1 });
    expect(run.state.reserved).toEqual({ ...NOTHING, tool_calls: 1, tokens: TOKENS, wall_clock_ms: TIMEOUT_MS });
    run.and(returned("s0", { id: "x" }, { usage: { tokens: 3, wall_clock_ms: 40, cost_millicents: 5 } }));
    expect(run.state.used).toEqual({ steps: 1, tool_calls: 1, tokens: 3, wall_clock_ms: 40, cost_millicents: 5 });
    expect(run.state.reserved).toEqual(NOTHING);
  });

  test("reserves what it may cost, so that calls side by side stay within the limit", () => {
    const dear = { "x.dear": { tier: "read_only", over: { traits: { costMillicents: 60 } } } } as const;
    const plan = aPlan(Array.from({ length: 4 }, (_, n) => aStep(`s${n}`, "x.dear", { params: { n }, when: "true" })));
    const budget = { ...DEFAULT_LIMITS, cost_millicents: 100 };
    const run = given(aRun({ tools: dear, plan, settings: { width: 4, budget } }));
    expect(run.state.attempts.size).toBe(1);
    expect(run.state.reserved.cost_millicents).toBe(60);
    expect(run.state.hold).toMatchObject({ code: "budget_exhausted", detail: "cost_millicents" });
  });

  test("that is tried again is another call and no other step", () => {
    const run = given(counted({}, 1), failed("s0", "rate_limited", { jitter: "0" }), timePassed(1), returned("s0"));
    expect([run.state.used.steps, run.state.used.tool_calls]).toEqual([1, 2]);
  });

  test("that used more than was reserved is charged with all of it, and the next finds nothing left", () => {
    const run = given(counted({ tokens: 20 }, 2, 1));
    run.when(returned("s0", { id: "x" }, { usage: { tokens: 50 } })).then({
      facts: [
        "attempt_returned",
        "verdict_rendered",
        { type: "verdict_rendered", step: "s1", outcome: "held" },
        { type: "run_held", reason: { code: "budget_exhausted", detail: "tokens" } },
      ],
    });
    expect(run.state.used.tokens).toBe(50);
  });

  test.each<readonly [string, Partial<Limits>]>([
    ["steps", { steps: 1 }],
    ["tool_calls", { tool_calls: 1 }],
    ["tokens", { tokens: 2 * TOKENS - 1 }],
    ["wall_clock_ms", { wall_clock_ms: 2 * TIMEOUT_MS - 1 }],
  ])("that does not fit beside what is reserved is not sent: %s", (detail, budget) => {
    const run = given(counted(budget, 2));
    expect(run.state.attempts.size).toBe(1);
    expect(run.facts.at(-1)).toMatchObject({ type: "run_held", reason: { code: "budget_exhausted", detail } });
  });
});

describe("at every point of every schedule", () => {
  interface Act {
    readonly what: "return" | "fail" | "wait" | "extend" | "crash";
    readonly pick: number;
    readonly share: number;
  }
  const act: fc.Arbitrary<Act> = fc.record({
    what: fc.constantFrom("return", "fail", "wait", "extend", "crash"),
    pick: fc.nat({ max: 5 }),
    share: fc.nat({ max: 10 }),
  });
  const limits = fc.record({
    steps: fc.integer({ min: 1, max: 7 }),
    tool_calls: fc.integer({ min: 1, max: 9 }),
    tokens: fc.integer({ min: TOKENS, max: 8 * TOKENS }),
    wall_clock_ms: fc.integer({ min: TIMEOUT_MS, max: 8 * TIMEOUT_MS }),
  });

  /** What happens next; an answer uses at most what was reserved for it. */
  function arrivingAt({ attempts }: RunState, { what, pick, share: part }: Act): Arriving {
    const step = [...attempts.keys()][pick % Math.max(1, attempts.size)] ?? "s0";
    const usage = { tokens: Math.floor((TOKENS * part) / 10), wall_clock_ms: (TIMEOUT_MS * part) / 10 };
    if (what === "return") return returned(step, { id: step }, { usage });
    if (what === "fail") return failed(step, "rate_limited", { usage, jitter: "0" });
    if (what === "wait") return timePassed(1);
    if (what === "crash") return interrupted();
    return extended({ tool_calls: part % 3, tokens: part, steps: part % 2 });
  }

  test("used and reserved fit the limits, and what is reserved is what open calls hold", () => {
    let held = 0;
    let abreast = 0;
    let crashed = 0;
    fc.assert(
      fc.property(limits, fc.array(act, { minLength: 5, maxLength: 25, size: "max" }), (budget, acts) => {
        const run = given(counted(budget));
        for (const each of acts) {
          const { state } = run;
          crashed += each.what === "crash" && state.attempts.size > 0 ? 1 : 0;
          run.when(arrivingAt(state, each));
          abreast += state.attempts.size > 1 ? 1 : 0;
          held += state.hold?.code === "budget_exhausted" ? 1 : 0;
          const together = plus(state.used, state.reserved);
          for (const dimension of DIMENSIONS)
            expect([dimension, together[dimension] <= state.limits[dimension]]).toEqual([dimension, true]);
          const open = [...state.attempts.values()].reduce((sum, { reserve }) => plus(sum, reserve), NOTHING);
          expect(minus(state.reserved, open)).toEqual(NOTHING);
        }
      }),
      { numRuns: 150 },
    );
    expect(Math.min(held, abreast, crashed)).toBeGreaterThan(50);
  });
});

describe("a call that goes in circles", () => {
  const same = (id: string, over = {}) => aStep(id, "docs.read", { params: { q: 1 }, ...over });
  const four = ["a", "b", "c", "d"].map((id, n, ids) => same(id, n === 0 ? {} : { depends_on: [ids[n - 1] ?? ""] }));
  const trip = { code: "loop_detected", kind: "identical_call", count: 3, threshold: 3 };

  test("AS-37 is stopped before it is sent the fourth time, for a person to look at, with its reason", () => {
    const run = given(aRun({ plan: aPlan(four) }), returned("a"), returned("b"));
    run.when(returned("c")).then({
      facts: [
        "attempt_returned",
        "verdict_rendered",
        {
          type: "verdict_rendered",
          step: "d",
          attempt: 0,
          verdict: "escalate",
          outcome: "review",
          reason: { code: "loop_detected", step: "d", detail: "identical_call", trip },
        },
      ],
      effects: [],
    });
    expect([run.state.trips, run.state.used.tool_calls]).toEqual([1, 3]);
  });

  test("is none where an answer differs, or where its tool may be asked more often", () => {
    const goesOn = { facts: ["attempt_returned", "verdict_rendered", { type: "step_started", step: "d" }] } as const;
    given(aRun({ plan: aPlan(four) }), returned("a"), returned("b", { id: "y" }))
      .when(returned("c"))
      .then(goesOn);
    const polled = { "docs.read": { tier: "read_only", over: { traits: { maxIdentical: 9 } } } } as const;
    given(aRun({ tools: polled, plan: aPlan(four) }), returned("a"), returned("b"))
      .when(returned("c"))
      .then(goesOn);
  });

  test("is counted over replans: logical calls, not attempts", () => {
    const asked = (id: string) => aModelsPlan([same(id), same(`${id}x`, { params: { id }, depends_on: [id] })]);
    const run = given(aRun({ plan: null }));
    for (const id of ["a", "b"]) run.and(planProposed(asked(id)), returned(id), failed(`${id}x`, "evidence_stale"));
    run.and(planProposed(aModelsPlan([same("c"), same("d", { depends_on: ["c"] })])));
    run.when(returned("c")).then({
      facts: ["attempt_returned", "verdict_rendered", { type: "verdict_rendered", step: "d", reason: { trip } }],
    });
  });
});

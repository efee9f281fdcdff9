import { failed, proceeded, returned } from "@writ/testkit/arriving";
import { aPlan, aStep } from "@writ/testkit/build/plan";
import { aRun } from "@writ/testkit/build/run";
import { given } from "@writ/testkit/given";
import { describe, expect, test } from "vitest";

import { canSettle } from "./moves.ts";
import { react } from "./react.ts";
import { initialState } from "./state.ts";

const read = aStep("s1", "docs.read");

function afterRead(...steps: Parameters<typeof aPlan>[0]) {
  return aRun({ plan: aPlan([read, ...steps]), inputs: { limit: 3 } });
}

describe("a check", () => {
  const check = (that: string) => afterRead({ id: "c", kind: "check", that, message: "must hold" });

  test.each([
    ["steps.s1.n > 2", "succeeded", null],
    ["steps.s1.n > inputs.limit", "failed", "check_failed"],
    ["steps.s1.n", "failed", "check_failed"],
    ["steps.s1.missing == 1", "failed", "predicate_evaluation_failed"],
    ["inputs.limit == 3 and steps.s1.n == 3", "succeeded", null],
  ] as const)("%s of an answer with n 3: %s", (that, outcome, code) => {
    const run = given(check(that), returned("s1", { n: 3 }));
    expect(run.facts.find((fact) => fact.type === "step_settled")).toMatchObject({
      step: "c",
      outcome,
      ...(code === null ? { reason: null } : { reason: { code, step: "c" } }),
    });
  });

  test("of an input that was not given is not available", () => {
    const run = given(
      aRun({ plan: aPlan([{ id: "c", kind: "check", that: "default(inputs.limit, 1) == 1" }]), inputs: { limit: 1 } }),
    );
    expect(run.facts).toContainEqual(expect.objectContaining({ type: "step_settled", outcome: "succeeded" }));
  });
});

describe("a value", () => {
  test("is computed once and read by later steps", () => {
    const run = given(
      afterRead(
        { id: "v", kind: "value", set: { half: "steps.s1.list", big: "len(steps.s1.list) > 1" } },
        aStep("s2", "docs.read", { param_bindings: { "/list": "v./half" } }),
      ),
      returned("s1", { list: [1, 2] }),
    );
    expect(run.facts.find((fact) => fact.type === "step_settled")).toMatchObject({ step: "v", outcome: "succeeded" });
    expect(run.state.attempts.get("s2")?.args.json()).toEqual({ list: [1, 2] });
  });

  test("of something that did not happen fails its step", () => {
    const run = given(afterRead({ id: "v", kind: "value", set: { x: "steps.s1.gone" } }), returned("s1"));
    expect(run.facts.find((fact) => fact.type === "step_settled")).toMatchObject({
      outcome: "failed",
      reason: { code: "undefined_variables", detail: "steps.s1.gone" },
    });
  });
});

describe("a condition", () => {
  const when = (text: string) =>
    afterRead(
      aStep("s2", "docs.write", { when: text }),
      aStep("s3", "docs.read", { depends_on: ["s2"], params: { n: 3 } }),
    );

  test("that holds lets its step run", () => {
    given(when("steps.s1.ok"))
      .when(returned("s1", { ok: true }))
      .then({ facts: ["attempt_returned", "verdict_rendered", { type: "step_started", step: "s2" }] });
  });

  test("that does not hold skips it, which satisfies what waits for it", () => {
    given(when("steps.s1.ok"))
      .when(returned("s1", { ok: false }))
      .then({
        facts: [
          "attempt_returned",
          "verdict_rendered",
          { type: "step_settled", step: "s2", outcome: "skipped", reason: { code: "condition_false" } },
          { type: "step_started", step: "s3" },
        ],
      });
  });

  test("that cannot be evaluated fails it", () => {
    given(when("steps.s1.other"))
      .when(returned("s1", { ok: false }))
      .then({
        facts: [
          "attempt_returned",
          "verdict_rendered",
          {
            type: "step_settled",
            outcome: "failed",
            reason: { code: "predicate_evaluation_failed", detail: "steps.s1.other" },
          },
          "scope_closed",
          "run_closing",
          "run_ended",
        ],
      });
  });

  test("reads a failed step through its stand-in, and nothing of one that has none", () => {
    const plan = aPlan([
      aStep("s1", "docs.read", { retry: { max_attempts: 1, backoff_ms: 0 } }),
      aStep("f1", "docs.read", { fallback_for: "s1", params: { n: 1 } }),
      aStep("s2", "docs.read", { when: "steps.s1.ok", params: { n: 2 } }),
    ]);
    given(aRun({ plan }), failed("s1", "rate_limited"))
      .when(returned("f1", { ok: true }))
      .then({ facts: ["attempt_returned", "verdict_rendered", { type: "step_started", step: "s2" }] });
    const alone = aPlan([
      aStep("s1", "docs.read", { on_failure: "continue" }),
      { id: "c", kind: "check", that: "has(steps.s1.ok)", on_failure: "continue", depends_on: [] },
    ]);
    const run = given(aRun({ plan: alone }), failed("s1", "unknown"));
    expect(run.facts.find((fact) => fact.type === "step_settled" && fact.step === "c")).toMatchObject({
      outcome: "blocked",
    });
  });
});

describe("a long chain of steps that wait for nothing outside", () => {
  const plan = aPlan(
    Array.from({ length: 400 }, (_, n) => ({
      id: `v${n}`,
      kind: "value",
      set: { n: "1" },
      ...(n === 0 ? {} : { depends_on: [`v${n - 1}`] }),
    })),
  );

  test("fills entries of bounded size, and goes on at proceed", () => {
    const run = given(
      aRun({
        plan,
        settings: {
          budget: {
            steps: 25,
            tool_calls: 1,
            tokens: 1,
            cost_millicents: 1,
            wall_clock_ms: 1,
            replans: 0,
            retries: 0,
            retries_per_step: 0,
          },
        },
      }),
    );
    expect(canSettle(run.state)).toBe(true);
    for (let entries = 0; run.state.status !== "ended" && entries < 20; entries += 1) run.and(proceeded);
    expect(run.state.closing?.outcome).toBe("completed");
    for (const { bytes } of run.stored) expect(bytes.length).toBeLessThan(65_536);
    run.when(proceeded).then({ facts: [] });
  });

  test("says nothing at proceed when it rests", () => {
    given(aRun({ plan: aPlan([read]) }))
      .when(proceeded)
      .then({ facts: [] });
  });

  test("is cut at the limit it is given", () => {
    const { rules, start } = aRun({ plan: aPlan([read, { id: "v", kind: "value", set: { n: "1" } }]) });
    const state = initialState("run_01m7xcc2gaf7j9gjawm0trnb83", rules);
    const seal = given({ rules, start }).sealer();
    const facts = react(state, { at: 1, actor: { kind: "user", id: "usr_a" }, input: start(seal), seal }, 3);
    expect(facts.map(({ type }) => type)).toEqual(["run_started", "plan_proposed", "plan_verified"]);
  });
});

describe("an entry of many starts", () => {
  test("fits, however wide the run is and however long its names are", () => {
    const name = (n: number) => `${"x".repeat(58)}${String(n).padStart(4, "0")}`;
    const plan = aPlan(Array.from({ length: 300 }, (_, n) => aStep(name(n), "docs.read", { params: { n } })));
    const budget = {
      steps: 1_000,
      tool_calls: 1_000,
      tokens: 1,
      cost_millicents: 1,
      wall_clock_ms: 1e9,
      replans: 0,
      retries: 0,
      retries_per_step: 0,
    };
    const run = given(aRun({ plan, settings: { width: 300, budget } }));
    while (canSettle(run.state)) run.and(proceeded);
    expect(run.state.attempts.size).toBe(300);
    expect(run.stored.length).toBeGreaterThan(3);
    for (const { bytes } of run.stored) expect(bytes.length).toBeLessThan(65_536);
  });
});

import {
  failed,
  gateOpened,
  later,
  paused,
  planFailed,
  planProposed,
  resolved,
  resumed,
  returned,
} from "@writ/testkit/arriving";
import { aModelsPlan, aPlan, aStep } from "@writ/testkit/build/plan";
import { aRun, SETTINGS } from "@writ/testkit/build/run";
import { given } from "@writ/testkit/given";
import { describe, expect, test } from "vitest";

import { runStatus } from "./status.ts";

const asked = () => aRun({ plan: null });
const first = aModelsPlan([aStep("a", "docs.read"), aStep("b", "docs.write", { depends_on: ["a"] })]);
const unknown = aModelsPlan([aStep("z", "docs.nowhere")]);

describe("a run without a plan", () => {
  test("asks for one, and runs what it is given", () => {
    given(asked())
      .begun.then({
        facts: ["run_started", { type: "plan_requested", plan_version: 1, final: false }],
        effects: ["propose_plan 1"],
      })
      .when(planProposed(first))
      .then({
        facts: ["plan_proposed", "plan_verified", "scope_opened", "step_started"],
        effects: ["invoke_tool a#1"],
      });
  });

  test("P04 AS-03 is repaired once: a malformed plan is counted once", () => {
    const run = given(asked());
    const cyclic = aModelsPlan([
      aStep("a", "docs.read", { depends_on: ["b"] }),
      aStep("b", "docs.read", { depends_on: ["a"] }),
    ]);
    run.when(planProposed(cyclic)).then({
      facts: [
        { type: "plan_rejected", verdict: "replan", codes: ["plan_cycle"] },
        { type: "plan_requested", plan_version: 2, reason: { code: "plan_refused" } },
      ],
      effects: ["propose_plan 2"],
    });
    expect(run.state.replans).toBe(1);
    run.when(planProposed(first)).then({ facts: ["plan_proposed", "plan_verified", "scope_opened", "step_started"] });
  });

  test("is refused when the repair is no better, before anything ran", () => {
    const other = aModelsPlan([aStep("z", "docs.elsewhere")]);
    const run = given(asked(), planProposed(unknown));
    run.when(planProposed(other)).then({
      facts: [
        "plan_rejected",
        { type: "run_closing", reason: { code: "replan_budget_exhausted" } },
        { type: "run_ended", outcome: "failed" },
      ],
    });
    expect(run.state.tally.started).toBe(0);
  });

  test("is refused with the same plan twice as a loop that says so", () => {
    const run = given(asked(), planProposed(unknown));
    run.when(planProposed(aModelsPlan([aStep("z", "docs.nowhere")], { plan_id: "another" }))).then({
      facts: [
        { type: "plan_rejected", codes: ["loop_guard", "tool_not_allowed"] },
        { type: "verdict_rendered", reason: { code: "loop_detected", trip: { kind: "plan_repeat" } } },
        { type: "run_closing", outcome: "failed", reason: { code: "replan_budget_exhausted" } },
        "run_ended",
      ],
    });
    expect(run.state.trips).toBe(1);
  });

  test("is refused at once for what no repair can mend", () => {
    given(asked())
      .when(
        planProposed(
          aModelsPlan([aStep("a", "docs.read")], { policy_mode: "autonomous", budget: { tokens: 10_000_000 } }),
        ),
      )
      .then({
        facts: [
          { type: "plan_rejected", verdict: "reject", codes: ["policy_relaxation"] },
          { type: "run_closing", reason: { code: "plan_refused" } },
          "run_ended",
        ],
      });
  });

  test("AS-04 is asked once more for what is no plan at all", () => {
    const run = given(asked());
    run
      .when(planFailed("planner_output_invalid"))
      .then({ facts: [{ type: "plan_rejected", codes: ["planner_output_invalid"], plan: null }, "plan_requested"] });
    run.when(planFailed("planner_output_invalid")).then({ facts: ["plan_rejected", "run_closing", "run_ended"] });
  });

  test("is not asked again by a planner that has no answer", () => {
    given(asked())
      .when(planFailed("no_planner"))
      .then({ facts: ["plan_rejected", { type: "run_closing", reason: { code: "plan_refused" } }, "run_ended"] });
  });

  test("is not repaired by a template, which would propose the same", () => {
    const template = { ...unknown, planner: { kind: "template", ref: "w1", version: "1", model_call_ids: [] } };
    given(asked())
      .when(planProposed(template))
      .then({ facts: ["plan_rejected", { type: "run_closing", reason: { code: "plan_refused" } }, "run_ended"] });
  });

  test("takes no answer to another request, and none when it is not asking", () => {
    const run = given(asked());
    run.when(planProposed(first, 7)).then({ facts: [] });
    run.and(planProposed(first));
    run.when(planProposed(first)).then({ facts: [] });
    run.when(planFailed("no_planner")).then({ facts: [] });
  });

  test("without replans is told that its first plan is its last", () => {
    given(aRun({ plan: null, settings: { budget: { ...SETTINGS.budget, replans: 0 } } })).begun.then({
      facts: ["run_started", { type: "plan_requested", final: true }],
    });
  });
});

describe("a run with a plan", () => {
  test("P02 AS-05 of an unknown tool is refused, and nothing is executed", () => {
    const run = given(aRun({ plan: aPlan([aStep("z", "docs.nowhere")]) }));
    run.begun.then({
      facts: [
        "run_started",
        { type: "plan_rejected", codes: ["tool_not_allowed"] },
        "run_closing",
        { type: "run_ended", outcome: "failed" },
      ],
      effects: [],
    });
    expect(run.state.tally.started).toBe(0);
  });

  test("off the schema is refused naming step and field", () => {
    const run = given(aRun({ plan: aPlan([aStep("a", "docs.read", { timeout: 5 }), { id: "b c", kind: "gate" }]) }));
    const rejected = run.facts.find((fact) => fact.type === "plan_rejected");
    expect(rejected?.codes).toEqual(["plan_malformed"]);
    expect(rejected?.findings.json()).toMatchObject([
      { code: "plan_malformed", step: "a" },
      { code: "plan_malformed", step: "b c" },
    ]);
  });

  test("whose hash is not its own is refused", () => {
    const run = given(asked());
    const tampered = { ...first, plan_hash: `sha256:${"0".repeat(64)}` };
    run
      .when({
        ...planProposed(first),
        make: (seal) => ({
          type: "plan_proposed",
          plan_version: 1,
          plan: seal.json(tampered),
          answers: [],
          usage: { tokens: 0, cost_millicents: 0, wall_clock_ms: 0 },
        }),
      })
      .then({ facts: [{ type: "plan_rejected", codes: ["plan_malformed"] }, "plan_requested"] });
  });

  test("looked at first is planned, and begins when somebody says so", () => {
    const run = given(aRun({ plan: first, settings: { begin: false } }));
    run.begun.then({ facts: ["run_started", "plan_proposed", "plan_verified"], effects: [] });
    expect(runStatus(run.state)).toBe("planned");
    run.when(resumed).then({ facts: ["run_released", "scope_opened", "step_started"] });
  });
});

describe("a replan", () => {
  const failing = failed("b", "evidence_stale");

  test("waits for open calls, voids gates, keeps what is done, and its steps stay where they are", () => {
    const wide = aModelsPlan([
      aStep("a", "docs.read"),
      aStep("b", "docs.read", { params: { n: 2 } }),
      aStep("c", "docs.write", { requires: ["GATE_OPERATOR"] }),
      aStep("d", "docs.read", { params: { n: 4 } }),
    ]);
    const run = given(asked(), planProposed(wide), gateOpened("c"), returned("a"));
    run.when(failing).then({
      facts: [
        "attempt_failed",
        { type: "verdict_rendered", outcome: "replanning" },
        { type: "approval_voided", reason: { code: "replanned" } },
      ],
      effects: ["invoke_tool d#1"],
    });
    run.when(returned("d")).then({
      facts: [
        "attempt_returned",
        "verdict_rendered",
        { type: "plan_requested", plan_version: 2, reason: { code: "evidence_stale" } },
      ],
    });
    run
      .when(
        planProposed(
          aModelsPlan([aStep("a", "docs.read"), aStep("e", "docs.read", { param_bindings: { "/from": "a./id" } })]),
        ),
      )
      .then({
        facts: ["plan_proposed", "plan_verified", "scope_opened", { type: "step_started", step: "e" }],
      });
    expect(run.state.attempts.get("e")?.args.json()).toEqual({ from: "x" });
    expect(run.state.plan?.block.steps.map(({ id }) => id)).toEqual(["a", "d", "e"]);
  });

  test("that brings a failed step back visits it anew, under another name", () => {
    const run = given(asked(), planProposed(first), failed("a", "evidence_stale"));
    run.when(planProposed(aModelsPlan([aStep("a", "docs.read", { params: { again: true } })]))).then({
      facts: ["plan_proposed", "plan_verified", "scope_opened", { type: "step_started", step: "a#2", attempt: 1 }],
    });
  });

  test("AS-41 by a critic that always replans: three plans, then the budget ends it", () => {
    const plan = (n: number) =>
      aModelsPlan([
        aStep(`a${n}`, "docs.read", { params: { n } }),
        aStep("b", "docs.read", { params: { b: n }, depends_on: [`a${n}`] }),
      ]);
    const run = given(asked());
    for (let n = 1; n <= 2; n += 1)
      run.and(planProposed(plan(n)), returned(`a${n}`), failed(n === 1 ? "b" : `b#${n}`, "evidence_stale"));
    expect(run.state.planning.final).toBe(true);
    run.and(planProposed(plan(3)), returned("a3"));
    run.when(failed("b#3", "evidence_stale")).then({
      facts: [
        "attempt_failed",
        {
          type: "verdict_rendered",
          verdict: "escalate",
          outcome: "review",
          reason: { code: "replan_budget_exhausted" },
        },
      ],
    });
    expect(run.state.lineage).toHaveLength(3);
  });

  test("AS-38 that changes nothing twice trips the guard, though replans are left", () => {
    const stuck = (n: number) => aModelsPlan([aStep(`a${n}`, "docs.read", { params: { n } })]);
    const run = given(asked(), planProposed(stuck(1)), failed("a1", "evidence_stale"), planProposed(stuck(2)));
    run.when(failed("a2", "evidence_stale")).then({
      facts: [
        "attempt_failed",
        "verdict_rendered",
        {
          type: "verdict_rendered",
          scope: "run",
          verdict: "escalate",
          reason: { code: "loop_detected", trip: { kind: "no_progress", count: 2, threshold: 2 } },
        },
        { type: "run_closing", outcome: "escalated" },
        { type: "run_ended", outcome: "escalated" },
      ],
    });
    expect(run.state.trips).toBe(1);
  });

  test("AS-39 to a plan that failed before, under other names, is a loop; to the one before that, an oscillation", () => {
    const plan = (n: number) =>
      aModelsPlan([aStep("ok", "docs.read"), aStep("b", "docs.read", { params: { b: n }, depends_on: ["ok"] })]);
    const repeat = given(asked(), planProposed(plan(1)), returned("ok"), failed("b", "evidence_stale"));
    const run = repeat.when(planProposed({ ...plan(1), replan_reason: "other words" })).then({
      facts: [
        { type: "plan_rejected", verdict: "escalate", codes: ["loop_guard"] },
        { type: "verdict_rendered", reason: { trip: { kind: "plan_repeat" } } },
        { type: "run_closing", outcome: "escalated", reason: { code: "loop_detected" } },
        "run_ended",
      ],
    });
    expect(run.state.closing?.outcome).toBe("escalated");
    const swing = given(
      asked(),
      planProposed(plan(1)),
      returned("ok"),
      failed("b", "evidence_stale"),
      planProposed(plan(2)),
    );
    swing.and(failed("b#2", "evidence_stale"));
    swing.when(planProposed(plan(1))).then({
      facts: [
        "plan_rejected",
        { type: "verdict_rendered", reason: { trip: { kind: "plan_oscillation" } } },
        "run_closing",
        "run_ended",
      ],
    });
  });

  test("may be refused on the way, and is asked for again while replans last", () => {
    const run = given(asked(), planProposed(first), returned("a"), failed("b", "evidence_stale"));
    run
      .when(planProposed(unknown))
      .then({ facts: ["plan_rejected", { type: "plan_requested", plan_version: 3, final: true }] });
    run.when(planProposed(aModelsPlan([aStep("z", "docs.elsewhere")]))).then({
      facts: ["plan_rejected", { type: "run_closing", reason: { code: "replan_budget_exhausted" } }, "run_ended"],
    });
  });

  test("is not asked for while the run is paused", () => {
    const run = given(asked(), planProposed(first), returned("a"), paused);
    run.when(failed("b", "evidence_stale")).then({ facts: ["attempt_failed", "verdict_rendered"], effects: [] });
    expect(runStatus(run.state)).toBe("paused");
    run.when(resumed).then({ facts: ["run_released", "plan_requested"], effects: ["propose_plan 2"] });
  });

  test("leaves no step in review behind that could still be answered", () => {
    const wide = aModelsPlan([aStep("r", "docs.read"), aStep("b", "docs.read", { params: { n: 2 } })]);
    const run = given(asked(), planProposed(wide), failed("r", "unknown"), failed("b", "evidence_stale"));
    run.when(resolved("r", "retry")).then({ facts: [] });
    expect(run.state.reviews).toBe(0);
  });

  test("does not happen to a plan that nobody would write anew", () => {
    given(aRun({ plan: aPlan([aStep("a", "docs.read")]) }))
      .when(failed("a", "evidence_stale"))
      .then({ facts: ["attempt_failed", { type: "verdict_rendered", verdict: "escalate", outcome: "review" }] });
  });

  test("drops a retry that was due later", () => {
    const wide = aModelsPlan([aStep("a", "docs.read"), aStep("b", "docs.read", { params: { n: 2 } })]);
    const run = given(asked(), planProposed(wide), failed("a", "rate_limited"), failing);
    expect(run.state.timers.size).toBe(0);
    run.when(later(10_000, paused)).then({ facts: ["run_held"] });
  });
});

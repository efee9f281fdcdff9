import {
  approved,
  cancelled,
  failed,
  gateOpened,
  interrupted,
  later,
  planProposed,
  probed,
  resolved,
  returned,
  timePassed,
} from "@writ/testkit/arriving";
import { aModelsPlan, aPlan, aStep } from "@writ/testkit/build/plan";
import { aRun, SETTINGS, type RunDraft } from "@writ/testkit/build/run";
import { given } from "@writ/testkit/given";
import { describe, expect, test } from "vitest";

import { effectOf, FAILURE_KINDS, type FailureKind } from "../tool/failure.ts";
import { runStatus, stepStatus } from "./status.ts";

const two = () => aRun({ plan: aPlan([aStep("s1", "docs.read"), aStep("s2", "docs.write", { depends_on: ["s1"] })]) });

function one(tool: string, over: Partial<RunDraft> = {}) {
  const mode = { network: "net.post", delegated: "agent.ask", destructive: "pay.refund" };
  const declared = Object.entries(mode).find(([, name]) => name === tool)?.[0];
  return aRun({
    plan: aPlan([aStep("s1", tool, declared === undefined ? {} : { approval_mode: declared })]),
    ...over,
  });
}

describe("a chain of steps", () => {
  test("AS-17 starts each in the entry of the answer before it, with no request, and a write carries its key", () => {
    given(two())
      .begun.then({
        facts: [
          "run_started",
          "plan_proposed",
          "plan_verified",
          "scope_opened",
          { type: "step_started", step: "s1", attempt: 1, authority: { rules: ["policy.autonomous.read_only"] } },
        ],
        effects: ["invoke_tool s1#1"],
      })
      .when(returned("s1"))
      .then({
        facts: [
          "attempt_returned",
          { type: "verdict_rendered", verdict: "accept", outcome: "succeeded" },
          { type: "step_started", step: "s2", occurrence: 0 },
        ],
        effects: ["invoke_tool s2#1"],
      })
      .when(returned("s2"))
      .then({
        facts: [
          "attempt_returned",
          "verdict_rendered",
          "scope_closed",
          { type: "verdict_rendered", scope: "run", verdict: "accept" },
          { type: "run_closing", outcome: "completed" },
          { type: "run_ended", outcome: "completed" },
        ],
        effects: [],
      });
  });

  test("an answer of an attempt that is over, or of another, says nothing", () => {
    const run = given(two(), returned("s1"));
    run.when(returned("s1", { id: "x" }, { attempt: 1 })).then({ facts: [] });
    run.when(returned("s2", { id: "x" }, { attempt: 2 })).then({ facts: [] });
    run.when(failed("s1", "unknown", { attempt: 1 })).then({ facts: [] });
    run.when(probed("s2", "yes")).then({ facts: [] });
  });

  test("starts as many at once as it is wide, in the order of the plan", () => {
    const steps = ["a", "b", "c"].map((id) => aStep(id, "docs.read", { params: { id } }));
    given(aRun({ plan: aPlan(steps), settings: { width: 2 } }))
      .begun.then({
        facts: ["run_started", "plan_proposed", "plan_verified", "scope_opened", "step_started", "step_started"],
        effects: ["invoke_tool a#1", "invoke_tool b#1"],
      })
      .when(returned("b"))
      .then({ facts: ["attempt_returned", "verdict_rendered", { type: "step_started", step: "c" }] });
  });
});

describe("AS-36 a failure", () => {
  const EXPECTED: Readonly<Record<FailureKind, readonly [verdict: string, outcome: string, code: string]>> = {
    transient_timeout: ["retry", "waiting", "step_timeout"],
    server_error_5xx: ["retry", "waiting", "tool_failed"],
    rate_limited: ["retry", "waiting", "tool_failed"],
    idempotency_conflict: ["escalate", "review", "idempotency_conflict"],
    evidence_stale: ["replan", "replanning", "evidence_stale"],
    policy_denied: ["replan", "replanning", "policy_denied"],
    schema_mismatch: ["replan", "replanning", "schema_mismatch"],
    auth_expired: ["escalate", "review", "fatal_error"],
    cancelled: ["escalate", "review", "stopped"],
    unknown: ["escalate", "review", "fatal_error"],
  };

  test.each(FAILURE_KINDS)("of kind %s of a call without an effect", (kind) => {
    const [verdict, outcome, code] = EXPECTED[kind];
    const plan = aModelsPlan([aStep("s1", "docs.read")]);
    const { facts } = given(aRun({ plan })).when(failed("s1", kind));
    expect(facts.slice(0, 2)).toMatchObject([
      { type: "attempt_failed", kind },
      { type: "verdict_rendered", verdict, outcome, reason: { code } },
    ]);
  });

  test("that says the policy denied it is for a person where the tool reaches the network", () => {
    given(one("net.post"), gateOpened("s1"), approved("s1"))
      .when(failed("s1", "policy_denied"))
      .then({
        facts: ["attempt_failed", { type: "verdict_rendered", verdict: "escalate", reason: { code: "policy_denied" } }],
      });
  });

  test.each(FAILURE_KINDS)(
    "of kind %s of a call that takes no key, and that did not happen, is judged as any",
    (kind) => {
      const [verdict, outcome, code] = EXPECTED[kind];
      const { facts } = given(aRun({ plan: aModelsPlan([aStep("s1", "docs.append")]) })).when(
        failed("s1", kind, { happened: "no" }),
      );
      expect(facts.slice(0, 2)).toMatchObject([
        { type: "attempt_failed", kind },
        { type: "verdict_rendered", verdict, outcome, reason: { code } },
      ]);
    },
  );

  test.each(FAILURE_KINDS)(
    "of kind %s of a call that takes no key is in doubt where nobody knows whether it happened",
    (kind) => {
      const run = given(aRun({ plan: aModelsPlan([aStep("s1", "docs.append")]) }));
      run
        .when(failed("s1", kind, { happened: "unknown" }))
        .then({ facts: ["attempt_failed", { type: "step_in_doubt", step: "s1" }], effects: [] });
      expect(runStatus(run.state)).toBe("in_doubt");
      expect(run.state.used.tool_calls).toBe(1);
      expect(run.state.reserved.tool_calls).toBe(0);
    },
  );

  test.each(["transient_timeout", "server_error_5xx", "cancelled", "unknown"] as const)(
    "of kind %s leaves open whether the call happened, unless its tool says so",
    (kind) => expect(effectOf(kind)).toBe("unknown"),
  );

  test("of a call whose tool can be asked is asked about, three times at most", () => {
    const run = given(one("docs.stamp"));
    for (const number of [1, 2]) {
      run.when(failed("s1", "unknown")).then({ facts: [{ type: "probe_wanted", step: "s1" }] });
      run
        .when(probed("s1", "no"))
        .then({ facts: ["attempt_abandoned", { type: "step_started", attempt: number + 1 }] });
    }
    run.when(failed("s1", "unknown")).then({ facts: ["attempt_failed", "step_in_doubt"], effects: [] });
  });

  test.each(["unknown", "cancelled"] as const)("of kind %s of a call that takes a key is in doubt, too", (kind) => {
    const run = given(one("docs.write"));
    run.when(failed("s1", kind)).then({ facts: ["attempt_failed", { type: "step_in_doubt", attempt: 1 }] });
    run.when(resolved("s1", "retry")).then({ facts: ["doubt_resolved", { type: "step_started", attempt: 2 }] });
  });

  test("of a call that takes a key, as often as it may be sent, is in doubt", () => {
    const run = given(one("docs.write"), failed("s1", "server_error_5xx"), timePassed(1_000));
    run.and(failed("s1", "server_error_5xx"), timePassed(2_000));
    run.when(failed("s1", "server_error_5xx")).then({ facts: ["attempt_failed", "step_in_doubt"], effects: [] });
  });

  test("of a call that was to be sent again is in doubt when its run closes", () => {
    const run = given(one("docs.write"), failed("s1", "transient_timeout"));
    run
      .when(cancelled)
      .then({ facts: ["run_closing", { type: "step_in_doubt", step: "s1", attempt: 1 }], effects: [] });
    expect(runStatus(run.state)).toBe("in_doubt");
    run
      .when(resolved("s1", "did_not_happen"))
      .then({ facts: ["doubt_resolved", { type: "run_ended", outcome: "cancelled", doubts: [] }] });
  });

  test("of a call that was to be sent again is in doubt when the planner is to be asked", () => {
    const plan = aModelsPlan([aStep("w", "docs.write"), aStep("x", "docs.read")]);
    const run = given(aRun({ plan }), failed("w", "transient_timeout"));
    run.when(failed("x", "schema_mismatch")).then({ facts: ["attempt_failed", "verdict_rendered", "step_in_doubt"] });
    run.when(resolved("w", "did_not_happen")).then({ facts: ["doubt_resolved", "plan_requested"] });
  });

  test("that comes twice while its tool is asked says nothing, and what it used is charged", () => {
    const run = given(one("docs.stamp"), failed("s1", "unknown", { usage: { tokens: 50 } }));
    run.when(failed("s1", "unknown", { usage: { tokens: 50 } })).then({ facts: [] });
    run.and(probed("s1", "yes"));
    expect(run.state.used.tokens).toBe(50);
  });

  test("that a forced end leaves open is named by it", () => {
    given(one("docs.append"), interrupted(), cancelled)
      .when(cancelled)
      .then({ facts: ["run_closing", { type: "run_ended", outcome: "cancelled", doubts: ["s1"] }] });
  });

  test("of a call that is stopped leaves its step cancelled", () => {
    const run = given(one("docs.read"));
    run.when(cancelled).then({ facts: ["run_closing"] });
    run.and(failed("s1", "cancelled"));
    expect(runStatus(run.state)).toBe("cancelled");
    expect(stepStatus(run.state, run.state.steps.get("s1") ?? null)).toBe("cancelled");
  });
});

describe("a retry", () => {
  test("P41 twice retryable, then success: completed, with each attempt on record and one key", () => {
    const run = given(two());
    run.when(failed("s1", "server_error_5xx", { jitter: "0.999" })).then({
      facts: ["attempt_failed", { type: "verdict_rendered", retry_at_ms: 1_795_208_645_259 }],
      effects: [],
    });
    run.when(timePassed(248)).then({ facts: [] });
    run.when(timePassed(1)).then({ facts: ["retry_due", { type: "step_started", attempt: 2 }] });
    run.and(failed("s1", "rate_limited"), timePassed(1_000), returned("s1"), returned("s2"));
    const starts = run.facts.filter((fact) => fact.type === "step_started" && fact.step === "s1");
    expect(new Set(starts.map((fact) => (fact.type === "step_started" ? fact.idempotency_key : ""))).size).toBe(1);
    expect(starts).toHaveLength(3);
    expect(runStatus(run.state)).toBe("completed");
  });

  test("of two steps comes in one entry when both are due, in due order", () => {
    const run = given(aRun({ plan: aPlan([aStep("s1", "docs.read"), aStep("s2", "docs.read")]) }));
    run.and(failed("s2", "rate_limited", { jitter: "0.1" }), failed("s1", "rate_limited", { jitter: "0.9" }));
    run.when(timePassed(5_000)).then({
      facts: [
        { type: "retry_due", step: "s2" },
        { type: "step_started", step: "s2", attempt: 2 },
        { type: "retry_due", step: "s1" },
        { type: "step_started", step: "s1", attempt: 2 },
      ],
    });
  });

  test("AS-29 is given as often as step and run allow, then a person is asked (P40)", () => {
    const run = given(two());
    const spent = { code: "retry_budget_exhausted" };
    run.and(failed("s1", "transient_timeout"), timePassed(1_000), failed("s1", "transient_timeout"), timePassed(1_000));
    run.when(failed("s1", "transient_timeout")).then({
      facts: ["attempt_failed", { type: "verdict_rendered", verdict: "escalate", outcome: "review", reason: spent }],
    });
    expect(runStatus(run.state)).toBe("paused");
  });

  test("AS-29 counts against the run's budget across steps", () => {
    const budget = { ...SETTINGS.budget, retries: 1 };
    const plan = aPlan([aStep("s1", "docs.read"), aStep("s2", "docs.write")]);
    given(aRun({ plan, settings: { budget } }), failed("s1", "rate_limited"))
      .when(failed("s2", "rate_limited"))
      .then({ facts: ["attempt_failed", { type: "verdict_rendered", reason: { code: "retry_budget_exhausted" } }] });
  });

  test("is bounded by what its step asks for, at the pace it asks for", () => {
    const plan = aPlan([aStep("s1", "docs.read", { retry: { max_attempts: 2, backoff_ms: 4_000 } })]);
    const run = given(aRun({ plan }));
    run.when(failed("s1", "rate_limited", { jitter: "0.5" })).then({
      facts: ["attempt_failed", { type: "verdict_rendered", retry_at_ms: 1_795_208_647_010 }],
    });
    run.and(timePassed(2_000));
    run
      .when(failed("s1", "rate_limited"))
      .then({ facts: ["attempt_failed", { type: "verdict_rendered", outcome: "review" }] });
  });

  test("P42 of a step in review is a person's, who may also skip it: then what needs it is blocked", () => {
    const run = given(two(), failed("s1", "unknown"));
    run.when(resolved("s1", "happened")).then({ facts: [] });
    run.when(resolved("s1", "retry", 7)).then({ facts: [] });
    run.when(resolved("s1", "retry")).then({ facts: ["review_resolved", { type: "step_started", attempt: 2 }] });
    run.and(failed("s1", "unknown"));
    run.when(resolved("s1", "skip")).then({
      facts: [
        { type: "step_settled", step: "s1", outcome: "skipped", reason: { code: "operator_skipped" } },
        { type: "step_settled", step: "s2", outcome: "blocked", reason: { code: "dependency_failed" } },
        "scope_closed",
        "verdict_rendered",
        "run_closing",
        "run_ended",
      ],
    });
  });

  test("two steps in review: one answered leaves the run to the other", () => {
    const plan = aPlan([
      aStep("a", "docs.read"),
      aStep("b", "docs.read", { params: { n: 2 } }),
      aStep("c", "docs.read", { depends_on: ["a"] }),
    ]);
    const run = given(aRun({ plan }), failed("a", "unknown"), failed("b", "unknown"));
    run.when(resolved("a", "retry")).then({ facts: ["review_resolved"], effects: [] });
    run.when(resolved("b", "retry")).then({ facts: ["review_resolved", "step_started", "step_started"] });
  });
});

describe("P43 retries spent", () => {
  const retried = { retry: { max_attempts: 1, backoff_ms: 0 } };

  test("and a fallback given: it runs, and dependents read it in place of the failed one", () => {
    const plan = aPlan([
      aStep("s1", "docs.read", retried),
      aStep("f1", "docs.read", { fallback_for: "s1", params: { other: true } }),
      aStep("s2", "docs.read", { param_bindings: { "/from": "s1./id" } }),
    ]);
    const run = given(aRun({ plan }));
    run.when(failed("s1", "rate_limited")).then({
      facts: ["attempt_failed", { type: "verdict_rendered", outcome: "failed" }, { type: "step_started", step: "f1" }],
    });
    run
      .when(returned("f1", { id: "stand-in" }))
      .then({ facts: ["attempt_returned", "verdict_rendered", { type: "step_started", step: "s2" }] });
    expect(run.state.attempts.get("s2")?.args.json()).toEqual({ from: "stand-in" });
  });

  test("and a fallback that fails too: the run fails with it", () => {
    const plan = aPlan([
      aStep("s1", "docs.read", retried),
      aStep("f1", "docs.read", { ...retried, fallback_for: "s1", params: { n: 1 } }),
      aStep("s2", "docs.read", { depends_on: ["s1"] }),
    ]);
    given(aRun({ plan, settings: { on_fatal: "fail" } }), failed("s1", "rate_limited"))
      .when(failed("f1", "rate_limited"))
      .then({
        facts: [
          "attempt_failed",
          { type: "verdict_rendered", outcome: "failed" },
          { type: "scope_closed", outcome: "failed", reason: { code: "retry_budget_exhausted", step: "f1" } },
          "run_closing",
          { type: "run_ended", outcome: "failed" },
        ],
      });
  });

  test("a chain of fallbacks releases what waited for the first", () => {
    const plan = aPlan([
      aStep("s1", "docs.read", retried),
      aStep("f1", "docs.read", { ...retried, fallback_for: "s1", params: { n: 1 } }),
      aStep("f2", "docs.read", { fallback_for: "f1", params: { n: 2 } }),
      aStep("s2", "docs.read", { depends_on: ["s1"], params: { n: 3 } }),
    ]);
    given(aRun({ plan }), failed("s1", "rate_limited"), failed("f1", "rate_limited"))
      .when(returned("f2"))
      .then({ facts: ["attempt_returned", "verdict_rendered", { type: "step_started", step: "s2" }] });
  });

  test("a stand-in that nobody needs is skipped, and what waits for it goes on", () => {
    const plan = aPlan([
      aStep("s1", "docs.read"),
      aStep("f1", "docs.read", { fallback_for: "s1", params: { n: 1 } }),
      aStep("s2", "docs.read", { depends_on: ["f1"], params: { n: 2 } }),
    ]);
    given(aRun({ plan }))
      .when(returned("s1"))
      .then({
        facts: [
          "attempt_returned",
          "verdict_rendered",
          { type: "step_settled", step: "f1", outcome: "skipped", reason: { code: "not_needed" } },
          { type: "step_started", step: "s2" },
        ],
      });
  });

  test.each(["pause", "fail"] as const)("and none given: on_fatal %s", (onFatal) => {
    const run = given(
      aRun({ plan: aPlan([aStep("s1", "docs.read", retried)]), settings: { on_fatal: onFatal } }),
      failed("s1", "rate_limited"),
    );
    expect(runStatus(run.state)).toBe(onFatal === "pause" ? "paused" : "failed");
  });

  test("a step that may fail leaves its dependents blocked and the run going", () => {
    const plan = aPlan([
      aStep("s1", "docs.read", { ...retried, on_failure: "continue" }),
      aStep("s2", "docs.read", { depends_on: ["s1"] }),
      aStep("s3", "docs.read", { params: { n: 3 } }),
    ]);
    const run = given(aRun({ plan }), failed("s1", "rate_limited"));
    run.when(returned("s3")).then({
      facts: [
        "attempt_returned",
        "verdict_rendered",
        "scope_closed",
        "verdict_rendered",
        "run_closing",
        { type: "run_ended", outcome: "completed" },
      ],
    });
    expect(run.state.tally.failed).toBe(1);
  });
});

describe("an answer that is not what was promised", () => {
  const strict = { "docs.read": { tier: "read_only", output: () => [{ at: "/id", message: "missing" }] } } as const;

  test.each([
    ["off its schema", { tools: strict }, { other: 1 }, "schema_mismatch"],
    ["null", {}, null, "unexpected_evidence"],
    ["empty text", {}, "", "unexpected_evidence"],
    ["an empty list", {}, [], "unexpected_evidence"],
    ["an empty object", {}, {}, "unexpected_evidence"],
  ] as const)("AS-32 AS-34 %s is not accepted, and nothing after it runs", (_, over, output, code) => {
    const plan = aModelsPlan([aStep("s1", "docs.read"), aStep("s2", "docs.write", { depends_on: ["s1"] })]);
    const run = given(aRun({ plan, ...over }));
    run.when(returned("s1", output)).then({
      facts: [
        "attempt_returned",
        { type: "verdict_rendered", verdict: "replan", scores: { utility: "0" }, reason: { code } },
        "plan_requested",
      ],
      effects: ["propose_plan 2"],
    });
    expect(run.state.tally.succeeded).toBe(0);
  });

  test("of a plan by a person is for a person to judge", () => {
    given(one("docs.read"))
      .when(returned("s1", null))
      .then({ facts: ["attempt_returned", { type: "verdict_rendered", verdict: "escalate", outcome: "review" }] });
  });
});

describe("a call that was answered before", () => {
  const writes = (id: string, over = {}) =>
    aStep(id, "docs.write", { params: { path: "a.md" }, occurrence: 0, ...over });

  test("AS-27 is answered by the ledger when a replan lists it again under another name", () => {
    const run = given(
      aRun({ plan: aModelsPlan([writes("s1"), aStep("s2", "docs.read", { depends_on: ["s1"] })]) }),
      returned("s1"),
    );
    run.and(failed("s2", "evidence_stale"));
    run.when(planProposed(aModelsPlan([writes("again"), aStep("s3", "docs.read", { params: { n: 3 } })]))).then({
      facts: [
        "plan_proposed",
        "plan_verified",
        "scope_opened",
        { type: "step_settled", step: "again", outcome: "succeeded", reason: { code: "ledger_replay", step: "s1" } },
        { type: "step_started", step: "s3" },
      ],
    });
    expect(run.state.tally.effects).toHaveLength(1);
  });

  test("a twin waits behind the open call and is answered with it", () => {
    const run = given(aRun({ plan: aPlan([writes("s1"), writes("s2")]) }));
    expect(run.facts.at(-1)).toMatchObject({ type: "step_queued", step: "s2", behind: "s1" });
    run.when(returned("s1")).then({
      facts: [
        "attempt_returned",
        "verdict_rendered",
        { type: "step_settled", step: "s2", reason: { code: "ledger_replay" } },
        "scope_closed",
        "verdict_rendered",
        "run_closing",
        "run_ended",
      ],
    });
  });

  test("a twin goes first where the other waits to be tried again, and answers it", () => {
    const run = given(aRun({ plan: aPlan([writes("s1"), writes("s2")]) }));
    run
      .when(failed("s1", "rate_limited"))
      .then({ facts: ["attempt_failed", "verdict_rendered", { type: "step_started", step: "s2" }] });
    run.when(timePassed(1_000)).then({ facts: ["retry_due", { type: "step_queued", step: "s1", behind: "s2" }] });
    run.when(returned("s2")).then({
      facts: [
        "attempt_returned",
        "verdict_rendered",
        { type: "step_settled", step: "s1", reason: { code: "ledger_replay", step: "s2" } },
        "scope_closed",
        "verdict_rendered",
        "run_closing",
        "run_ended",
      ],
    });
  });

  test("with junk is no success the second time either, and is not sent again", () => {
    const run = given(aRun({ plan: aModelsPlan([writes("s1")]) }));
    run.and(returned("s1", {}));
    run.when(planProposed(aModelsPlan([writes("again"), aStep("s3", "docs.read")]))).then({
      facts: [
        "plan_proposed",
        "plan_verified",
        "scope_opened",
        {
          type: "verdict_rendered",
          step: "again",
          attempt: 0,
          verdict: "replan",
          reason: { code: "unexpected_evidence", detail: "ledger_replay" },
        },
        "plan_requested",
      ],
    });
    expect(run.state.tally.effects).toHaveLength(1);
  });

  test("reads are sent each time", () => {
    const reads = (id: string) => aStep(id, "docs.read", { params: { q: "x" }, occurrence: 0 });
    const run = given(aRun({ plan: aPlan([reads("s1"), reads("s2")]) }));
    expect([...run.state.attempts.keys()]).toEqual(["s1", "s2"]);
  });
});

describe("an interrupted attempt", () => {
  test("AS-26 of a tool that honours its key is sent again with it", () => {
    const run = given(two());
    run.when(interrupted()).then({
      facts: [
        { type: "attempt_abandoned", reason: { code: "interrupted" } },
        { type: "step_started", step: "s1", attempt: 2 },
      ],
      effects: ["invoke_tool s1#2"],
    });
    const starts = run.facts.filter((fact) => fact.type === "step_started");
    expect(new Set(starts.map((fact) => (fact.type === "step_started" ? fact.idempotency_key : ""))).size).toBe(1);
  });

  const again = ["attempt_abandoned", { type: "step_started", step: "w", attempt: 2 }] as const;

  test("of a block that fails is sent again, so that what it did is known", () => {
    const plan = aPlan([aStep("x", "docs.read"), aStep("w", "docs.write")]);
    const run = given(aRun({ plan, settings: { on_fatal: "fail" } }), failed("x", "schema_mismatch"));
    run.when(interrupted()).then({ facts: [...again] });
    run.when(returned("w", { id: "w" }, { undo: { tool: "docs.write", args: {} } }));
    expect(run.facts.map(({ type }) => type)).toContain("phase_entered");
  });

  test("of a plan that is to be replaced is sent again before", () => {
    const plan = aModelsPlan([aStep("x", "docs.read"), aStep("w", "docs.write")]);
    const run = given(aRun({ plan }), failed("x", "schema_mismatch"));
    run.when(interrupted()).then({ facts: [...again] });
    run.when(returned("w")).then({ facts: ["attempt_returned", "verdict_rendered", "plan_requested"] });
    expect(run.state.tally.effects).toHaveLength(1);
  });

  test("of a run that closes is in doubt where nothing takes its effect back", () => {
    given(one("net.post"), gateOpened("s1"), approved("s1"), cancelled)
      .when(interrupted())
      .then({ facts: [{ type: "step_in_doubt", attempt: 1 }], effects: [] });
  });

  test("is in doubt the third time, whatever the tool promises", () => {
    const run = given(two(), interrupted(), interrupted());
    run.when(interrupted()).then({ facts: [{ type: "step_in_doubt", attempt: 3 }], effects: [] });
    run.when(interrupted()).then({ facts: [] });
  });

  test("a late word about an older load says nothing of what started since", () => {
    const run = given(two());
    const { version } = run.state;
    run.and(interrupted());
    run.when(interrupted(version)).then({ facts: [], effects: ["invoke_tool s1#2"] });
  });

  test("of a tool that takes no key is never sent blindly", () => {
    given(one("docs.append"))
      .when(interrupted())
      .then({ facts: [{ type: "step_in_doubt", reason: { code: "effect_outcome_unknown" } }], effects: [] });
  });

  const asks = {
    "docs.append": { tier: "local_write", over: { idempotency: "none", traits: { probe: true } } },
  } as const;

  test("of a tool that can be asked is asked, once", () => {
    const run = given(one("docs.append", { tools: asks }));
    run.when(interrupted()).then({ facts: ["probe_wanted"], effects: ["probe_attempt s1#1"] });
    run.when(interrupted()).then({ facts: [] });
    run.when(probed("s1", "no")).then({
      facts: [
        { type: "attempt_abandoned", reason: { code: "did_not_happen" } },
        { type: "step_started", attempt: 2 },
      ],
    });
    run.when(probed("s1", "no", 1)).then({ facts: [] });
  });

  test("that happened is done without its answer, and its effect is on record", () => {
    const run = given(one("docs.append", { tools: asks }), interrupted());
    run.when(probed("s1", "yes")).then({
      facts: [
        { type: "doubt_resolved", answer: "happened" },
        { type: "step_settled", outcome: "succeeded", output: null },
        "scope_closed",
        "verdict_rendered",
        "run_closing",
        "run_ended",
      ],
    });
    expect(run.state.tally.effects).toMatchObject([{ step: "s1", tool: "docs.append" }]);
  });

  test("nobody knows about is in doubt", () => {
    given(one("docs.append", { tools: asks }), interrupted())
      .when(probed("s1", "unknown"))
      .then({ facts: ["step_in_doubt"], effects: [] });
  });

  test("that answers while it is being asked about has answered", () => {
    given(one("docs.append", { tools: asks }), interrupted())
      .when(returned("s1"))
      .then({
        facts: ["attempt_returned", "verdict_rendered", "scope_closed", "verdict_rendered", "run_closing", "run_ended"],
        effects: [],
      });
  });
});

describe("a step in doubt", () => {
  const doubtful = [failed("s1", "transient_timeout")] as const;
  const plan = aPlan([aStep("s1", "docs.append"), aStep("s2", "docs.read", { depends_on: ["s1"] })]);

  test("that happened goes on, and a plan that lists the call again is answered", () => {
    const listed = aPlan([
      aStep("s1", "docs.append", { occurrence: 0 }),
      aStep("s2", "docs.append", { occurrence: 0 }),
    ]);
    given(aRun({ plan: listed }), ...doubtful)
      .when(resolved("s1", "happened"))
      .then({
        facts: [
          "doubt_resolved",
          { type: "step_settled", step: "s1", outcome: "succeeded" },
          { type: "step_settled", step: "s2", outcome: "succeeded", output: null, reason: { code: "ledger_replay" } },
          "scope_closed",
          "verdict_rendered",
          "run_closing",
          "run_ended",
        ],
      });
  });

  test.each(["did_not_happen", "retry"] as const)("answered %s is sent again", (answer) => {
    given(aRun({ plan }), ...doubtful)
      .when(resolved("s1", answer))
      .then({
        facts: [
          { type: "doubt_resolved", answer },
          { type: "step_started", attempt: 2 },
        ],
      });
  });

  test("is not skipped, and an answer to another attempt says nothing", () => {
    const run = given(aRun({ plan }), ...doubtful);
    run.when(resolved("s1", "skip")).then({ facts: [] });
    run.when(resolved("s1", "happened", 2)).then({ facts: [] });
    run.when(resolved("s9", "happened")).then({ facts: [] });
    run.when(resolved("s2", "retry")).then({ facts: [] });
  });

  test("what a later step reads of it is not available", () => {
    const reads = aPlan([
      aStep("s1", "docs.append"),
      aStep("s2", "docs.read", { param_bindings: { "/from": "s1./id" } }),
    ]);
    given(aRun({ plan: reads }), ...doubtful)
      .when(resolved("s1", "happened"))
      .then({
        facts: [
          "doubt_resolved",
          "step_settled",
          {
            type: "step_settled",
            step: "s2",
            outcome: "failed",
            reason: { code: "undefined_variables", detail: "s1./id" },
          },
          "scope_closed",
          "run_closing",
          "run_ended",
        ],
      });
  });
});

describe("an attempt that may not be sent", () => {
  test("AS-31 a tool that is gone since the plan was verified", () => {
    const run = given(two());
    const { tools } = run.state.rules;
    const gone = new Map([...tools].filter(([name]) => name !== "docs.write"));
    Object.assign(run.state.rules, { tools: gone });
    run.when(returned("s1")).then({
      facts: [
        "attempt_returned",
        "verdict_rendered",
        { type: "step_settled", step: "s2", outcome: "failed", reason: { code: "policy_denied", detail: "allowlist" } },
        "scope_closed",
        "run_closing",
        "run_ended",
      ],
    });
  });

  test("P47 a policy that became stricter meanwhile", () => {
    const run = given(two());
    Object.assign(run.state.rules, {
      policy: { ...run.state.rules.policy, rules: [{ id: "no_writes", effect: "forbid", tool: "docs.*", when: null }] },
    });
    run.when(returned("s1")).then({
      facts: [
        "attempt_returned",
        "verdict_rendered",
        {
          type: "verdict_rendered",
          attempt: 0,
          verdict: "escalate",
          reason: { code: "policy_denied", detail: "no_writes" },
        },
      ],
    });
  });

  test("P03 arguments that turn out to be off the schema", () => {
    const over = { inputSchema: { type: "object", properties: { from: { type: "string" } } } };
    const tools = {
      "docs.write": { tier: "local_write", args: () => [{ at: "/from", message: "no" }], over },
    } as const;
    const plan = aPlan([
      aStep("s1", "docs.read"),
      aStep("s2", "docs.write", { param_bindings: { "/from": "s1./id" } }),
    ]);
    given(aRun({ plan, tools }))
      .when(returned("s1"))
      .then({
        facts: [
          "attempt_returned",
          "verdict_rendered",
          { type: "step_settled", reason: { code: "argument_not_allowed", detail: "/from" } },
          "scope_closed",
          "run_closing",
          "run_ended",
        ],
      });
  });

  test("a place for what is bound that is not there", () => {
    const plan = aPlan([
      aStep("s1", "docs.read"),
      aStep("s2", "docs.read", { params: { list: [] }, param_bindings: { "/list/4": "s1./id" } }),
    ]);
    given(aRun({ plan }))
      .when(returned("s1"))
      .then({
        facts: [
          "attempt_returned",
          "verdict_rendered",
          { type: "step_settled", reason: { code: "undefined_variables", detail: "params/list/4" } },
          "scope_closed",
          "run_closing",
          "run_ended",
        ],
      });
  });
});

describe("a grant that its step does not use", () => {
  test("is void when a twin's answer served it", () => {
    const gated = (id: string) =>
      aStep(id, "docs.write", { params: { path: "a.md" }, occurrence: 0, requires: ["GATE_OPERATOR"] });
    const run = given(
      aRun({ plan: aPlan([gated("s1"), gated("s2")]) }),
      gateOpened("s1"),
      gateOpened("s2"),
      approved("s1"),
    );
    run.when(later(20, approved("s2"))).then({ facts: ["approval_granted", { type: "step_queued", behind: "s1" }] });
    run.when(returned("s1")).then({
      facts: [
        "attempt_returned",
        "verdict_rendered",
        { type: "approval_voided", step: "s2", reason: { code: "not_needed" } },
        { type: "step_settled", step: "s2", reason: { code: "ledger_replay" } },
        "scope_closed",
        "verdict_rendered",
        "run_closing",
        "run_ended",
      ],
    });
  });
});

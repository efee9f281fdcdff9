import {
  approved,
  cancelled,
  denied,
  extended,
  failed,
  gateOpened,
  interrupted,
  later,
  paused,
  proceeded,
  resolved,
  resumed,
  returned,
  timePassed,
} from "@writ/testkit/arriving";
import { aPlan, aStep } from "@writ/testkit/build/plan";
import { aRun, type RunDraft } from "@writ/testkit/build/run";
import { given } from "@writ/testkit/given";
import { describe, expect, test } from "vitest";

import { DEFAULT_LIMITS } from "../budget/budget.ts";
import { runStatus, statusReason } from "./status.ts";

const STARTED_AT = 1_795_208_645_000;

function chain(over: Partial<RunDraft> = {}) {
  const steps = [aStep("s1", "docs.read"), aStep("s2", "docs.read", { depends_on: ["s1"], params: { n: 2 } })];
  return aRun({ plan: aPlan(steps), ...over });
}

const gated = aRun({ plan: aPlan([aStep("ask", "docs.write", { requires: ["GATE_OPERATOR"] })]) });

describe("a pause", () => {
  test("starts nothing new; what runs is finished and recorded, and resume goes on from there", () => {
    const run = given(chain());
    run.when(paused).then({
      facts: [{ type: "run_held", reason: { code: "operator_paused" } }],
      effects: ["invoke_tool s1#1"],
    });
    run.when(returned("s1")).then({ facts: ["attempt_returned", "verdict_rendered"], effects: [] });
    expect([runStatus(run.state), statusReason(run.state)]).toEqual(["paused", "operator_paused"]);
    run.when(resumed).then({ facts: ["run_released", { type: "step_started", step: "s2" }] });
  });

  test("said twice is said once, and there is nothing to resume of a run that moves", () => {
    const run = given(chain());
    run.when(resumed).then({ facts: [] });
    run.and(paused).when(paused).then({ facts: [] });
    run.and(resumed).when(resumed).then({ facts: [] });
  });

  test("keeps a gate open, and starts nothing on its grant", () => {
    given(gated, gateOpened("ask"), paused)
      .when(approved("ask"))
      .then({ facts: ["approval_granted"], effects: [] })
      .when(resumed)
      .then({ facts: ["run_released", { type: "step_started", step: "ask" }] });
  });

  test("does not outlive a denial, and is not for a run that closes", () => {
    given(gated, gateOpened("ask"), paused)
      .when(denied("ask"))
      .then({ facts: ["approval_denied", "run_closing", { type: "run_ended", outcome: "rejected" }] });
    given(chain(), cancelled).when(paused).then({ facts: [] });
  });
});

describe("an extension", () => {
  /** One call is certain and allowed; the other depends, so that it is not refused beforehand. */
  const plan = aPlan([
    aStep("s1", "docs.read"),
    aStep("s2", "docs.read", { when: "steps.s1.id == 'x'", params: { n: 2 } }),
  ]);
  const short = () => aRun({ plan, settings: { budget: { ...DEFAULT_LIMITS, tool_calls: 1 } } });

  test("of what ran out lets the run go on, under limits that are wider by just that", () => {
    const run = given(short());
    run.when(returned("s1")).then({
      facts: [
        "attempt_returned",
        "verdict_rendered",
        {
          type: "verdict_rendered",
          step: "s2",
          verdict: "escalate",
          outcome: "held",
          reason: { detail: "tool_calls" },
        },
        { type: "run_held", reason: { code: "budget_exhausted", step: "s2", detail: "tool_calls" } },
      ],
      effects: [],
    });
    run.when(extended({ tool_calls: 1 })).then({
      facts: ["budget_extended", "run_released", { type: "step_started", step: "s2" }],
    });
    expect(run.state.limits).toEqual({ ...DEFAULT_LIMITS, tool_calls: 2 });
  });

  test("of something else is told so again, naming what is short", () => {
    given(short(), returned("s1"))
      .when(extended({ tokens: 5 }))
      .then({
        facts: [
          "budget_extended",
          "run_released",
          "verdict_rendered",
          { type: "run_held", reason: { detail: "tool_calls" } },
        ],
      });
  });

  test("before anything ran out is only noted, and resumes nobody's pause", () => {
    given(short())
      .when(extended({ tool_calls: 1 }))
      .then({ facts: ["budget_extended"] })
      .when(returned("s1"))
      .then({ facts: ["attempt_returned", "verdict_rendered", "step_started"] });
    given(chain(), paused)
      .when(extended({ tool_calls: 1 }))
      .then({ facts: ["budget_extended"] });
  });

  test("of a run that closes says nothing", () => {
    given(chain(), cancelled)
      .when(extended({ steps: 1 }))
      .then({ facts: [] });
  });
});

describe("a cancel", () => {
  test("stops what runs, records what it answers, and starts nothing of it", () => {
    given(chain())
      .when(cancelled)
      .then({
        facts: [{ type: "run_closing", outcome: "cancelled", reason: { code: "operator_cancelled" }, forced: false }],
        effects: ["stop_attempt s1#1"],
      })
      .when(returned("s1"))
      .then({
        facts: ["attempt_returned", "verdict_rendered", { type: "run_ended", outcome: "cancelled" }],
        effects: [],
      });
  });

  test("of a paused run, or of one in review, ends it at once", () => {
    const ends = { facts: ["run_closing", { type: "run_ended", outcome: "cancelled" }] } as const;
    given(chain(), paused, returned("s1")).when(cancelled).then(ends);
    given(chain(), failed("s1", "auth_expired")).when(cancelled).then(ends);
  });

  test("waits for a doubt: nobody knows yet what would have to be taken back", () => {
    const append = aRun({ plan: aPlan([aStep("s1", "docs.append")]) });
    given(append, interrupted())
      .when(cancelled)
      .then({ facts: ["run_closing"] })
      .when(resolved("s1", "happened"))
      .then({ facts: ["doubt_resolved", "step_settled", { type: "run_ended", outcome: "cancelled" }] });
  });

  test("said again forces the end: doubts stay open, running calls still answer, a third says nothing", () => {
    const forced = {
      type: "run_closing",
      outcome: "cancelled",
      reason: { code: "operator_cancelled" },
      forced: true,
    } as const;
    const append = aRun({ plan: aPlan([aStep("s1", "docs.append")]) });
    given(append, interrupted(), cancelled)
      .when(cancelled)
      .then({ facts: [forced, { type: "run_ended", outcome: "cancelled" }] });
    const run = given(chain(), cancelled);
    run.when(cancelled).then({ facts: [forced], effects: ["stop_attempt s1#1"] });
    run.when(cancelled).then({ facts: [] });
    run.when(failed("s1", "cancelled")).then({ facts: ["attempt_failed", "verdict_rendered", "run_ended"] });
  });

  test("after another end was written forces that end, and does not change it", () => {
    const plan = aPlan([aStep("s1", "docs.read"), aStep("s2", "docs.write", { requires: ["GATE_OPERATOR"] })]);
    given(aRun({ plan }), gateOpened("s2"), denied("s2"))
      .when(cancelled)
      .then({
        facts: [{ type: "run_closing", outcome: "rejected", reason: { code: "approval_denied" }, forced: true }],
      })
      .when(returned("s1"))
      .then({ facts: ["attempt_returned", "verdict_rendered", { type: "run_ended", outcome: "rejected" }] });
  });
});

describe("a session's time", () => {
  const session = (over: Partial<RunDraft> = {}) => chain({ settings: { ttl_ms: 1_000 }, ...over });
  const expiry = {
    type: "run_closing",
    outcome: "expired",
    reason: { code: "session_expired" },
    forced: true,
  } as const;

  test("over: the end is forced, running calls still answer", () => {
    given(session())
      .when(timePassed(999))
      .then({ facts: [] })
      .when(timePassed(1))
      .then({ facts: [expiry], effects: ["stop_attempt s1#1"] })
      .when(returned("s1"))
      .then({ facts: ["attempt_returned", "verdict_rendered", { type: "run_ended", outcome: "expired" }] });
  });

  test("passes while the run is paused, or waits for a person", () => {
    const ended = { type: "run_ended", outcome: "expired" } as const;
    given(session(), paused, returned("s1"))
      .when(timePassed(1_000))
      .then({ facts: [expiry, ended] });
    const plan = aPlan([aStep("ask", "docs.write", { requires: ["GATE_OPERATOR"] })]);
    given(session({ plan }), gateOpened("ask"))
      .when(timePassed(1_000))
      .then({ facts: [expiry, "approval_voided", ended] });
  });

  test("that runs out while another end is under way forces that end", () => {
    given(session(), cancelled)
      .when(timePassed(1_000))
      .then({ facts: [{ type: "run_closing", outcome: "cancelled", forced: true }] });
  });
});

describe("a deadline", () => {
  const due = () => chain({ settings: { deadline_at_ms: STARTED_AT + 500 } });

  test("holds the run once: what runs is recorded, and whoever resumes it goes on", () => {
    const run = given(due());
    run.when(timePassed(499)).then({ facts: [] });
    run.when(timePassed(1)).then({
      facts: [{ type: "run_held", reason: { code: "deadline" } }],
      effects: ["invoke_tool s1#1"],
    });
    run.and(returned("s1"));
    expect([runStatus(run.state), statusReason(run.state)]).toEqual(["paused", "deadline"]);
    run.when(timePassed(10_000)).then({ facts: [] });
    run.when(resumed).then({ facts: ["run_released", { type: "step_started", step: "s2" }] });
  });

  test("has nothing to say to a run that closes", () => {
    given(due(), cancelled).when(timePassed(1_000)).then({ facts: [] });
  });
});

describe("time that passes", () => {
  test("takes all that is due, in the order in which it was due, whenever somebody notices", () => {
    const both = ["a", "b"].map((id) => aStep(id, "docs.read", { params: { id } }));
    const run = given(
      aRun({ plan: aPlan(both), settings: { deadline_at_ms: STARTED_AT + 200, ttl_ms: 60_000 } }),
      failed("a", "server_error_5xx", { jitter: "0.9" }),
      failed("b", "server_error_5xx", { jitter: "0.1" }),
    );
    run.when(timePassed(1_000)).then({
      facts: [
        { type: "retry_due", step: "b" },
        { type: "step_started", step: "b", attempt: 2 },
        { type: "run_held", reason: { code: "deadline" } },
        { type: "retry_due", step: "a" },
      ],
    });
  });
});

test("what is over hears nothing", () => {
  const run = given(aRun({ plan: aPlan([aStep("s1", "docs.read")]) }), returned("s1"));
  expect(run.state.status).toBe("ended");
  for (const late of [paused, resumed, cancelled, proceeded, extended({ steps: 1 }), timePassed(1e9), interrupted()])
    run.when(later(1, late)).then({ facts: [], effects: [] });
});

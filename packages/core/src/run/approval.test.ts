import {
  ADA,
  AGENT,
  approvalOf,
  approved,
  askedAgain,
  BEN,
  cancelled,
  denied,
  failed,
  gateFailed,
  gateOpened,
  interrupted,
  later,
  moved,
  paused,
  POLICY,
  resolved,
  resumed,
  returned,
  timePassed,
} from "@writ/testkit/arriving";
import { aPlan, aStep } from "@writ/testkit/build/plan";
import { aRun } from "@writ/testkit/build/run";
import { given } from "@writ/testkit/given";
import { describe, expect, test } from "vitest";

import { runStatus } from "./status.ts";

const REFUND = aStep("s2", "pay.refund", {
  approval_mode: "destructive",
  requires: ["GATE_OPERATOR"],
  depends_on: ["s1"],
});
const refund = aRun({ plan: aPlan([aStep("s1", "docs.read"), REFUND]) });
const alone = aRun({ plan: aPlan([{ ...REFUND, depends_on: [] }]) });
const waiting = [returned("s1"), gateOpened("s2")] as const;

describe("a gated step", () => {
  test("AS-18 goes propose, approve, execute, and is not sent before somebody approves it", () => {
    given(refund)
      .when(returned("s1"))
      .then({
        facts: [
          "attempt_returned",
          "verdict_rendered",
          { type: "gate_wanted", step: "s2", round: 1, approver: "person" },
        ],
        effects: ["open_gate s2/1"],
      })
      .when(gateOpened("s2"))
      .then({ facts: ["approval_requested"], effects: [] })
      .when(approved("s2"))
      .then({
        facts: ["approval_granted", { type: "step_started", step: "s2", attempt: 1 }],
        effects: ["invoke_tool s2#1"],
      });
  });

  test("AS-19 is shown with arguments and evidence frozen, under the hash that the start and the record repeat", () => {
    const evidence = [{ ref: "live:pay.refund:order", value: { shipped: false } }];
    const run = given(refund, returned("s1"), gateOpened("s2", { evidence }), approved("s2"));
    const requested = run.facts.find((fact) => fact.type === "approval_requested");
    const started = run.facts.findLast((fact) => fact.type === "step_started");
    expect(requested?.evidence).toHaveLength(1);
    expect(started?.authority).toEqual({ approval: approvalOf("s2"), binding_hash: requested?.binding_hash });
    expect(started?.args.commit).toBe(requested?.binding.args_commit);
    run.and(returned("s2"));
    expect(run.state.tally.approvals).toMatchObject([{ binding_hash: requested?.binding_hash, decision: "approved" }]);
  });

  test("needs every person its gate asks for, each counted once (AS-25)", () => {
    const pair = aRun({
      plan: aPlan([aStep("s1", "docs.write", { requires: ["GATE_PAIR"] })]),
      policy: { gates: [{ id: "GATE_PAIR", role: "approver", quorum: 2 }] },
    });
    const run = given(pair, gateOpened("s1"));
    run.when(approved("s1", ADA)).then({ facts: ["approval_voted"], effects: [] });
    run.when(approved("s1", ADA)).then({ facts: [] });
    run.when(approved("s1", BEN)).then({ facts: ["approval_granted", "step_started"] });
    expect(run.state.tally.approvals.map(({ actor }) => actor)).toEqual(["usr_ada", "usr_ben"]);
  });

  test("is granted by no agent, no policy that was not asked, and under no other hash", () => {
    const run = given(refund, ...waiting);
    run.when(approved("s2", AGENT)).then({ facts: [] });
    run.when(approved("s2", POLICY)).then({ facts: [] });
    run.when(approved("s2", ADA, `sha256:${"0".repeat(64)}`)).then({ facts: [] });
    run.when(approved("s2", ADA)).then({ facts: ["approval_granted", "step_started"] });
  });

  test("P25 approved twice: the second says nothing; denied after it: nothing either", () => {
    const run = given(refund, ...waiting, approved("s2"));
    run.when(approved("s2", ADA)).then({ facts: [] });
    run.when(approved("s2", BEN)).then({ facts: [] });
    run.when(denied("s2")).then({ facts: [] });
  });

  test("AS-21 denied: nothing new starts, the run ends as rejected, and a later approve is too late", () => {
    const run = given(refund, ...waiting);
    run
      .when(denied("s2"))
      .then({ facts: ["approval_denied", "run_closing", { type: "run_ended", outcome: "rejected" }] });
    run.when(approved("s2")).then({ facts: [] });
    expect(runStatus(run.state)).toBe("rejected");
  });

  test("a denial lets running calls finish and records them", () => {
    const plan = aPlan([aStep("s1", "docs.read"), aStep("s2", "docs.write", { requires: ["GATE_OPERATOR"] })]);
    given(aRun({ plan }), gateOpened("s2"))
      .when(denied("s2"))
      .then({ facts: ["approval_denied", "run_closing"], effects: ["invoke_tool s1#1"] })
      .when(returned("s1"))
      .then({ facts: ["attempt_returned", "verdict_rendered", "run_ended"] });
  });

  test("AS-22 unanswered at its time: the run expires, and the instant decides, not the timer", () => {
    given(refund, ...waiting)
      .when(timePassed(59_999))
      .then({ facts: [] })
      .when(timePassed(1))
      .then({ facts: ["approval_expired", "run_closing", { type: "run_ended", outcome: "expired" }] });
    given(refund, ...waiting)
      .when(later(60_000, approved("s2")))
      .then({ facts: ["approval_expired", "run_closing", "run_ended"] });
    given(refund, ...waiting)
      .when(later(60_000, denied("s2")))
      .then({ facts: ["approval_expired", "run_closing", "run_ended"] });
    given(refund, ...waiting)
      .when(later(59_999, approved("s2")))
      .then({ facts: ["approval_granted", "step_started"] });
  });

  test("granted, and too old before it could start: void, and asked for again", () => {
    given(refund, ...waiting, paused, approved("s2"))
      .when(later(120_000, resumed))
      .then({
        facts: [
          "run_released",
          { type: "approval_voided", reason: { code: "approval_expired" } },
          { type: "gate_wanted", round: 2 },
        ],
      });
  });

  test("AS-24 uses its grant for one logical call: the gate is gone, and a second start has the same call", () => {
    const run = given(refund, ...waiting, approved("s2"));
    expect(run.state.gates.size).toBe(0);
    expect(run.derived.approvalUses).toEqual([
      { approval: approvalOf("s2"), bindingHash: run.state.steps.get("s2")?.grant?.bindingHash },
    ]);
    run.and(failed("s2", "server_error_5xx"), timePassed(1_000));
    const starts = run.facts.filter((fact) => fact.type === "step_started" && fact.step === "s2");
    expect(starts).toHaveLength(2);
    expect(new Set(starts.map((fact) => (fact.type === "step_started" ? fact.tool_call : "")))).toHaveProperty(
      "size",
      1,
    );
    expect(run.derived.approvalUses).toEqual([]);
  });

  test("AS-87 tried again inside the window under the same grant; after it, nothing is sent", () => {
    const run = given(alone, gateOpened("s2"), approved("s2"), failed("s2", "transient_timeout", { jitter: "0" }));
    run.when(timePassed(10)).then({ facts: ["retry_due", { type: "step_started", attempt: 2 }] });
    run.and(failed("s2", "transient_timeout", { jitter: "0" }));
    run.when(timePassed(61_000)).then({
      facts: [
        "retry_due",
        { type: "approval_voided", reason: { code: "approval_expired" } },
        { type: "step_in_doubt", attempt: 2 },
      ],
    });
    run.when(resolved("s2", "retry")).then({ facts: ["doubt_resolved", { type: "gate_wanted", round: 2 }] });
  });

  test("asked for again: void, with a preview of what is the case now", () => {
    const run = given(refund, ...waiting);
    run.when(askedAgain("s2")).then({
      facts: [
        { type: "approval_voided", reason: { detail: "ask_again" } },
        { type: "gate_wanted", round: 2 },
      ],
      effects: ["open_gate s2/2"],
    });
    run.when(gateOpened("s2", { round: 1 })).then({ facts: [] });
    run.when(gateOpened("s2", { round: 2 })).then({ facts: ["approval_requested"] });
  });

  test("P24 what it rests on moved before the answer: void and asked for again, six times at most", () => {
    const run = given(refund, ...waiting);
    for (let round = 2; round <= 6; round += 1) run.and(moved("s2", null), gateOpened("s2"));
    run.when(moved("s2", null)).then({
      facts: ["approval_voided", { type: "verdict_rendered", outcome: "review", reason: { code: "evidence_drift" } }],
    });
  });

  test("AS-20 what it rests on moved before the sending: not sent, not charged, asked for again", () => {
    const run = given(refund, ...waiting, approved("s2"));
    run.when(moved("s2", 1)).then({
      facts: [
        { type: "attempt_abandoned", reason: { code: "evidence_drift", detail: "evidence" } },
        { type: "approval_voided", approval: approvalOf("s2") },
        { type: "gate_wanted", round: 2 },
      ],
    });
    expect(run.state.used.tool_calls).toBe(1);
    run.when(moved("s2", 1)).then({ facts: [] });
  });

  test("a call under way is not taken back by who only saw that something moved", () => {
    const run = given(refund, ...waiting, approved("s2"));
    run.when(moved("s2", null)).then({ facts: [], effects: ["invoke_tool s2#1"] });
    run.when(moved("s2", 2)).then({ facts: [] });
    run.when(moved("s1", 1)).then({ facts: [] });
  });

  test("a preview of other arguments than would be sent is no request", () => {
    given(refund, returned("s1"))
      .when(gateOpened("s2", { args: { amount: 2 } }))
      .then({ facts: [] });
    given(refund).when(gateOpened("nowhere")).then({ facts: [] });
  });

  test("a preview that cannot be made denies: the step fails, its slot is free", () => {
    const run = given(refund, returned("s1"));
    run.when(gateFailed("s2", 2)).then({ facts: [] });
    run.when(gateFailed("s2")).then({
      facts: [
        { type: "step_settled", step: "s2", outcome: "failed", reason: { code: "gate_failed", detail: "unknown" } },
        "scope_closed",
        "run_closing",
        { type: "run_ended", outcome: "failed" },
      ],
    });
    expect(run.state.opening).toBe(0);
  });

  test("cancel while only gates are awaited is a denial by the system", () => {
    given(refund, ...waiting)
      .when(cancelled)
      .then({ facts: ["run_closing", "approval_voided", { type: "run_ended", outcome: "rejected" }] });
  });

  test("opens with the answers of earlier steps, each as it was recorded", () => {
    const bound = { "/order": "s1./id" };
    const run = given(
      aRun({ plan: aPlan([aStep("s1", "docs.read"), { ...REFUND, param_bindings: bound }]) }),
      returned("s1", { id: "o7" }),
      gateOpened("s2"),
      approved("s2"),
    );
    expect(run.state.attempts.get("s2")?.args.json()).toEqual({ order: "o7" });
  });

  test("after a crash passes its grant as any other start does", () => {
    given(refund, ...waiting, approved("s2"))
      .when(interrupted())
      .then({
        facts: ["attempt_abandoned", { type: "step_started", attempt: 2, authority: { approval: approvalOf("s2") } }],
      });
  });
});

describe("a gate that the policy answers itself", () => {
  const post = aRun({ plan: aPlan([aStep("s1", "net.post", { approval_mode: "network" })]) });

  test("leaves the same records as a person's", () => {
    given(post)
      .when(gateOpened("s1"))
      .then({ facts: ["approval_requested"], effects: ["approve_by_policy s1"] })
      .when(approved("s1", POLICY))
      .then({ facts: ["approval_granted", "step_started"], effects: ["invoke_tool s1#1"] });
  });

  test("may be answered by a person as well, and then the policy is not asked", () => {
    given(post, gateOpened("s1"))
      .when(approved("s1"))
      .then({ facts: ["approval_granted", "step_started"], effects: ["invoke_tool s1#1"] });
  });
});

describe("a gate step", () => {
  const asks = aRun({
    plan: aPlan([{ id: "ask", kind: "gate", message: "go on?" }, aStep("s1", "docs.read", { depends_on: ["ask"] })]),
  });

  test("is a person and nothing else", () => {
    given(asks)
      .when(gateOpened("ask"))
      .then({
        facts: [{ type: "approval_requested", binding: { tool: "plan.gate", gates: ["plan.gate"] } }],
        effects: [],
      })
      .when(approved("ask"))
      .then({
        facts: ["approval_granted", { type: "step_settled", step: "ask", outcome: "succeeded" }, "step_started"],
      });
  });

  test("whose grant grew old while the run was paused is asked for again", () => {
    given(asks, gateOpened("ask"), paused, approved("ask"))
      .when(later(120_000, resumed))
      .then({
        facts: ["run_released", { type: "approval_voided", reason: { code: "approval_expired" } }, "gate_wanted"],
      });
  });
});

describe("a plan that needs a person itself", () => {
  const reviewed = aRun({ plan: aPlan([aStep("s1", "docs.read")]), settings: { mode: "review_required" } });

  test("opens with its grant", () => {
    given(reviewed)
      .when(gateOpened("*"))
      .then({ facts: [{ type: "approval_requested", binding: { tool: "plan.start", tier: "destructive" } }] })
      .when(approved("*"))
      .then({ facts: ["approval_granted", "scope_opened", "step_started"] });
  });

  test("is asked for again, and ends when nobody can be asked", () => {
    const run = given(reviewed, gateOpened("*"));
    run.when(askedAgain("*")).then({ facts: ["approval_voided", { type: "gate_wanted", step: "*", round: 2 }] });
    run
      .when(gateFailed("*", 2))
      .then({ facts: [{ type: "run_closing", outcome: "failed", reason: { code: "gate_failed" } }, "run_ended"] });
  });

  test("asks because the plan says so, whatever the run is", () => {
    const stricter = aRun({ plan: aPlan([aStep("s1", "docs.read")], { policy_mode: "review_required" }) });
    expect(given(stricter).facts.at(-1)).toMatchObject({ type: "gate_wanted", step: "*" });
  });
});

describe("P30 an approval that is awaited on one branch", () => {
  test("leaves the other branch to finish", () => {
    const plan = aPlan([
      aStep("ask", "docs.write", { requires: ["GATE_OPERATOR"] }),
      aStep("a1", "docs.read"),
      aStep("a2", "docs.read", { depends_on: ["a1"], params: { n: 2 } }),
    ]);
    const run = given(aRun({ plan }), gateOpened("ask"));
    run
      .when(returned("a1"))
      .then({ facts: ["attempt_returned", "verdict_rendered", { type: "step_started", step: "a2" }] });
    run.and(returned("a2"));
    expect(runStatus(run.state)).toBe("awaiting_gate");
  });
});

describe("gates that are being opened", () => {
  test("take a slot each, like running calls", () => {
    const steps = ["a", "b", "c"].map((id) => aStep(id, "docs.write", { params: { id }, requires: ["GATE_OPERATOR"] }));
    const run = given(aRun({ plan: aPlan(steps), settings: { width: 2 } }));
    expect(run.facts.filter((fact) => fact.type === "gate_wanted")).toHaveLength(2);
    run.when(gateOpened("a")).then({ facts: ["approval_requested", { type: "gate_wanted", step: "c" }] });
  });
});

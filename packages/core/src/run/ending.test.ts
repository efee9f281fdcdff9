import {
  approved,
  cancelled,
  denied,
  failed,
  gateFailed,
  gateOpened,
  interrupted,
  resolved,
  returned,
  timePassed,
} from "@writ/testkit/arriving";
import { aPlan, aStep } from "@writ/testkit/build/plan";
import { aRun, type RunDraft } from "@writ/testkit/build/run";
import { given, type Given } from "@writ/testkit/given";
import { describe, expect, test } from "vitest";

import type { JsonObject } from "../base/json.ts";
import { DEFAULT_LIMITS } from "../budget/budget.ts";
import { decisionRecord } from "./decision-record.ts";
import { runStatus, stepStatus } from "./status.ts";

/** A step that writes, and how its answer says it is taken back. */
const write = (id: string, over: JsonObject = {}) => aStep(id, "docs.write", { params: { id }, ...over });
const wrote = (id: string, tool = "docs.write") => returned(id, { id }, { undo: { tool, args: { back: id } } });

/** Two writes at once, and a third that ends the run. */
function written(over: Partial<RunDraft> = {}) {
  return aRun({ plan: aPlan([write("a"), write("b"), write("bad")]), settings: { on_fatal: "fail" }, ...over });
}

/** More than are taken back at a time. */
const IDS = Array.from({ length: 40 }, (_, n) => `w${n}`);
const many = written({
  plan: aPlan([...IDS.map((id) => write(id)), write("bad")]),
  settings: {
    on_fatal: "fail",
    width: 50,
    budget: { ...DEFAULT_LIMITS, steps: 100, wall_clock_ms: 6_000_000 },
  },
});

const undoStatus = ({ state }: Given, path: string) => stepStatus(state, state.steps.get(path) ?? null);

describe("what was done is taken back", () => {
  test("in reverse order of completion, one after another, under its own keys; then the run ends as it was written", () => {
    const run = given(written(), wrote("b"), wrote("a"));
    run.when(failed("bad", "auth_expired")).then({
      facts: [
        "attempt_failed",
        { type: "verdict_rendered", outcome: "failed" },
        { type: "scope_closed", scope: "", outcome: "failed" },
        { type: "run_closing", outcome: "failed", reason: { code: "fatal_error", step: "bad" } },
        {
          type: "phase_entered",
          phase: "undoing",
          steps: [
            { id: "u1", of: "a" },
            { id: "u2", of: "b" },
          ],
        },
        { type: "scope_opened", scope: "undo" },
        { type: "step_started", step: "undo/u1", tool: "docs.write", occurrence: "undo/u1" },
      ],
      effects: ["invoke_tool undo/u1#1"],
    });
    expect(undoStatus(run, "undo/u1")).toBe("compensating");
    run.when(returned("undo/u1")).then({
      facts: ["attempt_returned", "verdict_rendered", { type: "step_started", step: "undo/u2" }],
    });
    expect(run.state.attempts.get("undo/u2")?.args.json()).toEqual({ back: "b" });
    run.when(returned("undo/u2")).then({
      facts: [
        "attempt_returned",
        "verdict_rendered",
        { type: "scope_closed", scope: "undo", outcome: "succeeded" },
        { type: "run_ended", outcome: "failed", reason: { code: "fatal_error" } },
      ],
      effects: [],
    });
    expect([undoStatus(run, "undo/u1"), undoStatus(run, "undo/u2")]).toEqual(["compensated", "compensated"]);
    const keys = run.state.tally.effects.map((each) => each.idempotency_key);
    expect(new Set(keys).size).toBe(4);
  });

  test.each([
    ["cancelled", cancelled, "cancelled"],
    ["out of time for an answer", timePassed(60_000), "expired"],
  ] as const)("when the run is %s", (_, arriving, outcome) => {
    const asks = aStep("ask", "docs.write", { requires: ["GATE_OPERATOR"] });
    const run = given(
      aRun({ plan: aPlan([write("a"), asks, aStep("r", "docs.read")]) }),
      wrote("a"),
      gateOpened("ask"),
    );
    run.and(arriving, returned("r"), returned("undo/u1"));
    expect([runStatus(run.state), undoStatus(run, "undo/u1")]).toEqual([outcome, "compensated"]);
  });

  test("after a denial too", () => {
    const asks = aStep("ask", "docs.write", { requires: ["GATE_OPERATOR"] });
    given(aRun({ plan: aPlan([write("a"), asks]) }), wrote("a"), gateOpened("ask"))
      .when(denied("ask"))
      .then({ facts: ["approval_denied", "run_closing", "phase_entered", "scope_opened", "step_started"] })
      .when(returned("undo/u1"))
      .then({
        facts: ["attempt_returned", "verdict_rendered", "scope_closed", { type: "run_ended", outcome: "rejected" }],
      });
  });

  test("also of a call that answers while the run closes: it happened", () => {
    given(aRun({ plan: aPlan([write("a")]) }), cancelled)
      .when(wrote("a"))
      .then({
        facts: [
          "attempt_returned",
          "verdict_rendered",
          { type: "phase_entered", steps: [{ of: "a" }] },
          "scope_opened",
          "step_started",
        ],
      });
  });

  test("not of a run that completed, and not where nothing can be taken back", () => {
    given(aRun({ plan: aPlan([write("a")]) }))
      .when(wrote("a"))
      .then({
        facts: ["attempt_returned", "verdict_rendered", "scope_closed", "verdict_rendered", "run_closing", "run_ended"],
      });
    given(written(), returned("a"), returned("b"))
      .when(failed("bad", "auth_expired"))
      .then({ facts: ["attempt_failed", "verdict_rendered", "scope_closed", "run_closing", "run_ended"] });
  });

  test("thirty-two at a time, the last done first, until nothing is left", () => {
    const run = given(many, ...IDS.map((id) => wrote(id)), failed("bad", "auth_expired"));
    for (let n = 1; n <= IDS.length; n += 1) run.and(returned(`undo/u${n}`));
    const undone = run.facts.flatMap((fact) => (fact.type === "phase_entered" ? [fact.steps.map(({ of }) => of)] : []));
    expect(undone.map((each) => each.length)).toEqual([32, 8]);
    expect(undone.flat()).toEqual(IDS.toReversed());
    expect(run.state.status).toBe("ended");
  });
});

describe("an undoing that fails", () => {
  const uncompensated = { code: "compensation_failed" };

  test("ends the phase and says so; what is older stays as it is, and nothing is tried in a loop", () => {
    const run = given(written(), wrote("b"), wrote("a"), failed("bad", "auth_expired"));
    run.when(failed("undo/u1", "auth_expired")).then({
      facts: [
        "attempt_failed",
        { type: "verdict_rendered", step: "undo/u1", outcome: "failed" },
        {
          type: "scope_closed",
          scope: "undo",
          outcome: "failed",
          reason: { ...uncompensated, step: "undo/u1", detail: "fatal_error" },
        },
        { type: "run_ended", outcome: "failed", reason: { code: "fatal_error", step: "bad" } },
      ],
      effects: [],
    });
    expect([undoStatus(run, "undo/u1"), undoStatus(run, "undo/u2")]).toEqual(["failed", "cancelled"]);
  });

  test("leaves what was not begun for good, however much it is", () => {
    given(many, ...IDS.map((id) => wrote(id)), failed("bad", "auth_expired"))
      .when(failed("undo/u1", "auth_expired"))
      .then({ facts: ["attempt_failed", "verdict_rendered", "scope_closed", "run_ended"] });
  });

  test("is tried again only where a failure allows it", () => {
    const run = given(written(), wrote("a"), returned("b"), failed("bad", "auth_expired"));
    run.when(failed("undo/u1", "rate_limited", { jitter: "0" })).then({
      facts: ["attempt_failed", { type: "verdict_rendered", verdict: "retry", outcome: "waiting" }],
    });
    run.when(timePassed(10)).then({ facts: ["retry_due", { type: "step_started", step: "undo/u1", attempt: 2 }] });
  });

  test("is a person's to judge when nobody knows whether it happened", () => {
    const run = given(written(), wrote("a", "docs.append"), returned("b"), failed("bad", "auth_expired"));
    run.when(interrupted()).then({ facts: [{ type: "step_in_doubt", step: "undo/u1" }], effects: [] });
    run.when(resolved("undo/u1", "happened")).then({
      facts: [
        "doubt_resolved",
        "step_settled",
        { type: "scope_closed", scope: "undo", outcome: "succeeded" },
        "run_ended",
      ],
    });
  });
});

describe("an undoing that needs a person", () => {
  const refund = written();
  const before = [wrote("a", "pay.refund"), returned("b"), failed("bad", "auth_expired")] as const;
  const over = [
    { type: "step_settled", step: "undo/u1", outcome: "failed" },
    { type: "scope_closed", reason: { code: "compensation_failed" } },
    { type: "run_ended", outcome: "failed", reason: { code: "fatal_error" } },
  ] as const;

  test("goes propose, approve, execute like any other", () => {
    const run = given(refund, ...before);
    expect(run.facts.at(-1)).toMatchObject({ type: "gate_wanted", step: "undo/u1", approver: "person" });
    run.when(gateOpened("undo/u1")).then({ facts: ["approval_requested"] });
    run.when(approved("undo/u1")).then({ facts: ["approval_granted", { type: "step_started", step: "undo/u1" }] });
    run
      .when(returned("undo/u1"))
      .then({ facts: ["attempt_returned", "verdict_rendered", "scope_closed", "run_ended"] });
  });

  test("and is denied, unanswered or cannot be asked about, fails alone: the outcome is already written", () => {
    given(refund, ...before, gateOpened("undo/u1"))
      .when(denied("undo/u1"))
      .then({ facts: ["approval_denied", ...over] });
    given(refund, ...before, gateOpened("undo/u1"))
      .when(timePassed(60_000))
      .then({ facts: ["approval_expired", ...over] });
    given(refund, ...before)
      .when(gateFailed("undo/u1"))
      .then({ facts: [...over] });
  });

  test("is void when somebody forces the end", () => {
    given(refund, ...before, gateOpened("undo/u1"))
      .when(cancelled)
      .then({ facts: [{ type: "run_closing", outcome: "failed", forced: true }, "approval_voided", "run_ended"] });
  });
});

describe("a forced end", () => {
  test("takes nothing back", () => {
    given(written(), wrote("a"), wrote("b"), cancelled)
      .when(cancelled)
      .then({ facts: [{ type: "run_closing", forced: true }] })
      .when(failed("bad", "cancelled"))
      .then({ facts: ["attempt_failed", "step_in_doubt", { type: "run_ended", doubts: ["bad"] }] });
  });

  test("while something is taken back waits for that call, and begins no other", () => {
    const run = given(written(), wrote("b"), wrote("a"), failed("bad", "auth_expired"));
    run.when(cancelled).then({ facts: [{ type: "run_closing", forced: true }], effects: ["stop_attempt undo/u1#1"] });
    run
      .when(returned("undo/u1"))
      .then({ facts: ["attempt_returned", "verdict_rendered", { type: "run_ended", outcome: "failed" }] });
  });
});

describe("the outcome of a run", () => {
  test("is written once, with the digest of the record that a replay derives again", () => {
    const run = given(
      written(),
      wrote("a"),
      wrote("b"),
      failed("bad", "auth_expired"),
      returned("undo/u1"),
      returned("undo/u2"),
    );
    const ends = run.facts.filter((fact) => fact.type === "run_ended");
    expect(ends).toHaveLength(1);
    expect(run.facts.filter((fact) => fact.type === "run_closing")).toHaveLength(1);
    const { closing } = run.state;
    expect(ends).toMatchObject([{ record_hash: closing === null ? "" : decisionRecord(run.state, closing).hash }]);
    expect(run.state.timers.size + run.state.work.size).toBe(0);
  });
});

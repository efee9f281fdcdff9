import {
  type Arriving,
  approved,
  cancelled,
  denied,
  failed,
  gateOpened,
  interrupted,
  paused,
  planFailed,
  planProposed,
  probed,
  returned,
  timePassed,
} from "@writ/testkit/arriving";
import { aModelsPlan, aPlan, aStep } from "@writ/testkit/build/plan";
import { aRun, type RunDraft } from "@writ/testkit/build/run";
import { given } from "@writ/testkit/given";
import { describe, expect, test } from "vitest";

import type { JsonObject } from "../base/json.ts";
import { isTerminal, runStatus, statusReason, stepStatus } from "./status.ts";
import { RUN_STATUSES, STEP_STATUSES } from "./statuses.ts";

const read = (id: string, over: JsonObject = {}) => aStep(id, "docs.read", { params: { id }, ...over });
const ask = aStep("ask", "docs.write", { requires: ["GATE_OPERATOR"] });
const undone = returned("w", { id: "w" }, { undo: { tool: "docs.write", args: {} } });

interface Row {
  /** What the run is called, and why. */
  readonly is: readonly [status: string, reason: string | null];
  readonly run: RunDraft;
  readonly after?: readonly Arriving[];
}

const one = { plan: aPlan([read("a")]) };
const chain = { plan: aPlan([read("a"), read("b", { depends_on: ["a"] })]) };
const gate = { plan: aPlan([ask]) };
const append = { plan: aPlan([aStep("a", "docs.append")]) };
const strict = { settings: { on_fatal: "fail" } } as const;

const RUNS: Readonly<Record<string, Row>> = {
  "looked at first": { is: ["planned", "planned"], run: { ...one, settings: { begin: false } } },
  "asking its planner": { is: ["in_progress", null], run: { plan: null } },
  "with a call under way": { is: ["in_progress", null], run: one },
  "waiting for a preview": { is: ["in_progress", null], run: gate },
  "waiting for a person": { is: ["awaiting_gate", null], run: gate, after: [gateOpened("ask")] },
  "waiting for a person beside a call": {
    is: ["in_progress", null],
    run: { plan: aPlan([ask, read("a")]) },
    after: [gateOpened("ask")],
  },
  "waiting to try again": { is: ["in_progress", null], run: one, after: [failed("a", "rate_limited")] },
  "held by a person": { is: ["paused", "operator_paused"], run: chain, after: [paused, returned("a")] },
  "held at an open gate": { is: ["paused", "operator_paused"], run: gate, after: [gateOpened("ask"), paused] },
  "past its deadline": {
    is: ["paused", "deadline"],
    run: { ...chain, settings: { deadline_at_ms: 1 } },
    after: [timePassed(1), returned("a")],
  },
  "with a step in review": { is: ["paused", "escalated"], run: one, after: [failed("a", "auth_expired")] },
  "with a step in doubt": { is: ["in_doubt", "effect_outcome_unknown"], run: append, after: [interrupted()] },
  "in doubt and held": { is: ["in_doubt", "effect_outcome_unknown"], run: append, after: [paused, interrupted()] },
  "in doubt and cancelled": {
    is: ["in_doubt", "effect_outcome_unknown"],
    run: append,
    after: [interrupted(), cancelled],
  },
  "cancelled, its call under way": { is: ["in_progress", null], run: one, after: [cancelled] },
  "taking something back": {
    is: ["in_progress", null],
    run: { ...strict, plan: aPlan([aStep("w", "docs.write"), read("a")]) },
    after: [undone, failed("a", "auth_expired")],
  },
  done: { is: ["completed", null], run: one, after: [returned("a")] },
  broken: { is: ["failed", "fatal_error"], run: { ...one, ...strict }, after: [failed("a", "auth_expired")] },
  "without a plan": { is: ["failed", "plan_refused"], run: { plan: null }, after: [planFailed("no_template")] },
  denied: { is: ["rejected", "approval_denied"], run: gate, after: [gateOpened("ask"), denied("ask")] },
  unanswered: { is: ["expired", "approval_expired"], run: gate, after: [gateOpened("ask"), timePassed(60_000)] },
  cancelled: { is: ["cancelled", "operator_cancelled"], run: one, after: [cancelled, failed("a", "cancelled")] },
  "planned again in circles": {
    is: ["escalated", "loop_detected"],
    run: { plan: null },
    after: [
      planProposed(aModelsPlan([read("a")])),
      failed("a", "evidence_stale"),
      planProposed(aModelsPlan([read("b")])),
      failed("b", "evidence_stale"),
    ],
  },
};

describe("a run is called", () => {
  test.each(Object.entries(RUNS))("%s", (_, { is, run, after = [] }) => {
    const { state } = given(aRun(run), ...after);
    expect([runStatus(state), statusReason(state)]).toEqual(is);
    expect(isTerminal(runStatus(state))).toBe(state.status === "ended");
  });

  test("by every word there is", () => {
    expect(new Set(Object.values(RUNS).map(({ is: [status] }) => status))).toEqual(new Set(RUN_STATUSES));
  });
});

type StepRow = readonly [what: string, status: string, run: RunDraft, after: readonly Arriving[]];

/** What becomes of step `a`, or of the one that is named. */
const STEPS: readonly StepRow[] = [
  ["behind another", "pending", { plan: aPlan([read("b"), read("a", { depends_on: ["b"] })]) }, []],
  [
    "behind one that ended the run",
    "cancelled",
    { ...strict, plan: aPlan([read("b"), read("a", { depends_on: ["b"] })]) },
    [failed("b", "auth_expired")],
  ],
  ["without a slot", "ready", { plan: aPlan([read("b"), read("a")]), settings: { width: 1 } }, []],
  [
    "without a slot in a run that closes",
    "cancelled",
    { plan: aPlan([read("b"), read("a")]), settings: { width: 1 } },
    [cancelled],
  ],
  [
    "behind a call in a run that closes",
    "cancelled",
    { plan: aPlan([read("b"), read("a", { depends_on: ["b"] })]) },
    [cancelled],
  ],
  ["waiting to try again", "ready", one, [failed("a", "rate_limited")]],
  [
    "behind its twin",
    "ready",
    { plan: aPlan([aStep("b", "docs.write"), aStep("a", "docs.write", { occurrence: 0 })]) },
    [],
  ],
  ["whose preview is made", "awaiting_gate", { plan: aPlan([{ ...ask, id: "a" }]) }, []],
  ["that waits for a person", "awaiting_gate", { plan: aPlan([{ ...ask, id: "a" }]) }, [gateOpened("a")]],
  ["denied", "cancelled", { plan: aPlan([{ ...ask, id: "a" }]) }, [gateOpened("a"), denied("a")]],
  ["granted", "running", { plan: aPlan([{ ...ask, id: "a" }]) }, [gateOpened("a"), approved("a")]],
  ["under way", "running", one, []],
  ["under way in a run that closes", "running", one, [cancelled]],
  ["that was asked about", "running", { plan: aPlan([aStep("a", "docs.stamp")]) }, [interrupted()]],
  [
    "nobody knows about",
    "in_doubt",
    { plan: aPlan([aStep("a", "docs.stamp")]) },
    [interrupted(), probed("a", "unknown")],
  ],
  ["nobody will know about", "in_doubt", append, [interrupted(), cancelled, cancelled]],
  ["answered", "completed", one, [returned("a")]],
  ["in review", "failed", one, [failed("a", "auth_expired")]],
  ["failed", "failed", { ...one, ...strict }, [failed("a", "auth_expired")]],
  ["stopped", "cancelled", one, [cancelled, failed("a", "cancelled")]],
  ["whose condition does not hold", "skipped", { plan: aPlan([read("a", { when: "false" })]) }, []],
  [
    "whose need failed",
    "blocked",
    { plan: aPlan([read("b", { on_failure: "continue" }), read("a", { depends_on: ["b"] })]) },
    [failed("b", "unknown")],
  ],
];

describe("a step is called", () => {
  const called = (run: RunDraft, after: readonly Arriving[], path: string): string => {
    const { state } = given(aRun(run), ...after);
    return stepStatus(state, state.steps.get(path) ?? null);
  };

  test.each(STEPS)("%s: %s", (_, status, run, after) => {
    expect(called(run, after, "a")).toBe(status);
  });

  const undoing = { ...strict, plan: aPlan([aStep("w", "docs.write"), read("a")]) };
  const broken = [undone, failed("a", "auth_expired")];
  const UNDO: readonly StepRow[] = [
    ["that takes something back", "compensating", undoing, broken],
    ["that took something back", "compensated", undoing, [...broken, returned("undo/u1")]],
    ["that could not", "failed", undoing, [...broken, failed("undo/u1", "auth_expired")]],
  ];

  test.each(UNDO)("%s: %s", (_, status, run, after) => {
    expect([called(run, after, "undo/u1"), called(run, after, "w")]).toEqual([status, "completed"]);
  });

  test("by every word there is", () => {
    expect(new Set([...STEPS, ...UNDO].map(([, status]) => status))).toEqual(new Set(STEP_STATUSES));
  });
});

import { approved, failed, gateOpened, planProposed, returned } from "@writ/testkit/arriving";
import { aModelsPlan, aPlan, aStep } from "@writ/testkit/build/plan";
import { aRun } from "@writ/testkit/build/run";
import { given } from "@writ/testkit/given";
import { describe, expect, test } from "vitest";

import { isJsonObject, type Json } from "../base/json.ts";
import { evidenceOf } from "./evidence.ts";
import { runStatus } from "./status.ts";

const OPEN = { type: "object" } as const;
const AMOUNT = { type: "object", properties: { amount: { type: "integer" } } } as const;

describe("a bound on an argument", () => {
  const small = {
    tier: "local_write",
    over: {
      inputSchema: AMOUNT,
      traits: { constraints: [{ at: "/amount", max: 50, oneOf: null, unlessApproved: true }] },
    },
  } as const;
  const paying = (amount: string, over = {}) =>
    aRun({
      tools: { "pay.small": small },
      plan: aPlan([
        { id: "v", kind: "value", set: { n: amount } },
        aStep("p", "pay.small", { param_bindings: { "/amount": "v./n" }, ...over }),
      ]),
    });

  test("holds for what an earlier step gives, too", () => {
    const { facts } = given(paying("1000")).begun;
    expect(facts).toContainEqual(
      expect.objectContaining({ step: "p", reason: { code: "argument_not_allowed", step: "p", detail: "/amount" } }),
    );
    expect(facts.map(({ type }) => type)).not.toContain("step_started");
    expect(given(paying("50")).facts.map(({ type }) => type)).toContain("step_started");
  });

  test("that a person may lift is lifted by the gate, and by nothing else", () => {
    const run = given(paying("1000", { requires: ["GATE_OPERATOR"] }));
    expect(run.facts.map(({ type }) => type)).toContain("gate_wanted");
    expect(run.facts.map(({ type }) => type)).not.toContain("step_started");
  });
});

describe("a value that no document may hold", () => {
  test("is refused where the plan names it", () => {
    const run = given(aRun({ plan: aPlan([{ id: "v", kind: "value", set: { n: "9007199254740993" } }]) }));
    expect(runStatus(run.state)).toBe("failed");
    expect(run.facts.find(({ type }) => type === "plan_rejected")).toMatchObject({ codes: ["expression_malformed"] });
  });

  test("fails the step that makes it, and the answer before it is kept", () => {
    let deep: Json = {};
    for (let level = 0; level < 62; level += 1) deep = { d: deep };
    const plan = aPlan([
      aStep("a", "docs.read"),
      aStep("b", "docs.write", { params: { x: { y: {} } }, param_bindings: { "/x/y/z": "a." } }),
    ]);
    const run = given(aRun({ plan, tools: { "docs.read": { tier: "read_only", over: { outputSchema: OPEN } } } }));
    run.when(returned("a", isJsonObject(deep) ? deep : {})).then({
      facts: [
        "attempt_returned",
        "verdict_rendered",
        { type: "step_settled", step: "b", outcome: "failed", reason: { code: "value_too_large", step: "b" } },
        "scope_closed",
        "run_closing",
        "run_ended",
      ],
    });
  });

  test("more findings than an entry may hold are counted, and the first of them told", () => {
    const requires = Array.from({ length: 32 }, (_, index) => `${"name".repeat(30)}-${index}`);
    const steps = Array.from({ length: 300 }, (_, index) => aStep(`s${index}`, "docs.read", { requires }));
    const rejected = given(aRun({ plan: aPlan(steps) })).facts.find(({ type }) => type === "plan_rejected");
    if (rejected?.type !== "plan_rejected") throw new TypeError("the plan was taken");
    const findings = rejected.findings.json();
    expect(Array.isArray(findings) ? findings.length : 0).toBe(1_001);
    expect(JSON.stringify(findings).length).toBeLessThan(1_000_000);
    expect(JSON.stringify(findings)).toMatch(/"[0-9]+ more findings"/);
  });
});

describe("a gate that the plan names", () => {
  test.each(["check", "value"] as const)("on a %s is refused: nobody would be asked", (kind) => {
    const own = kind === "check" ? { that: "true" } : { set: { n: "1" } };
    const run = given(aRun({ plan: aPlan([{ id: "c", kind, requires: ["GATE_OPERATOR"], ...own }]) }));
    expect(run.facts.find(({ type }) => type === "plan_rejected")).toMatchObject({ codes: ["plan_malformed"] });
  });
});

describe("evidence that a step requires", () => {
  test("is there when the step runs, or the step fails", () => {
    const plan = aPlan([
      aStep("r", "docs.read", { when: "false", produces_evidence: ["customer_ok"] }),
      aStep("w", "docs.write", { depends_on: ["r"], requires: ["customer_ok"] }),
    ]);
    const { facts } = given(aRun({ plan })).begun;
    const settled = facts.find((fact) => fact.type === "step_settled" && fact.step === "w");
    expect(settled).toMatchObject({ outcome: "failed", reason: { code: "missing_evidence", detail: "customer_ok" } });
    expect(facts.map(({ type }) => type)).not.toContain("step_started");
  });

  test("in a plan of 10,000 steps is looked for once", () => {
    const steps = Array.from({ length: 10_000 }, (_, index) =>
      aStep(`s${index}`, "docs.read", {
        ...(index === 0 ? { produces_evidence: ["e"] } : { depends_on: [`s${index - 1}`], requires: ["e"] }),
      }),
    );
    const limits = { steps: 20_000, tool_calls: 20_000, tokens: 1, cost_millicents: 0, wall_clock_ms: 1e12 };
    const run = given(
      aRun({ plan: aPlan(steps), settings: { budget: { ...limits, replans: 0, retries: 0, retries_per_step: 0 } } }),
    );
    expect(run.facts.map(({ type }) => type)).toContain("plan_verified");
  });
});

describe("the detail of a reason", () => {
  test("names what the tool declares, never what stood in the data", () => {
    const args = () => [{ at: "/data/jane.doe@example.org", message: "no" }];
    const tools = {
      "docs.write": {
        tier: "local_write",
        args,
        over: { inputSchema: { type: "object", properties: { data: { type: "object" } } } },
      },
    } as const;
    const plan = aPlan([aStep("s1", "docs.read"), aStep("s2", "docs.write", { param_bindings: { "/data": "s1." } })]);
    const { facts } = given(aRun({ plan, tools })).when(returned("s1"));
    expect(facts.find((fact) => fact.type === "step_settled")).toMatchObject({ reason: { detail: "/data" } });
  });
});

describe("a replan", () => {
  const asking = (message: string) => ({ id: "ok", kind: "gate", message, requires: ["GATE_OPERATOR"] });

  test.each([
    ["a check", { id: "c", kind: "check", that: "true" }, { id: "c", kind: "check", that: "false" }],
    ["a value", { id: "c", kind: "value", set: { n: "1" } }, { id: "c", kind: "value", set: { n: "2" } }],
  ])("that changes %s that is settled under its old name is refused", (_, before, after) => {
    const first = aModelsPlan([before, aStep("r", "docs.read", { depends_on: ["c"] })]);
    const run = given(aRun({ plan: null }), planProposed(first), failed("r", "schema_mismatch"));
    run
      .when(planProposed(aModelsPlan([after, aStep("r2", "docs.read", { depends_on: ["c"] })]), 2))
      .then({ facts: [{ type: "plan_rejected", codes: ["plan_malformed"] }, "plan_requested"] });
  });

  test("that names a settled step as it was goes on from it", () => {
    const done = { id: "c", kind: "check", that: "true" };
    const first = aModelsPlan([done, aStep("r", "docs.read", { depends_on: ["c"] })]);
    const run = given(aRun({ plan: null }), planProposed(first), failed("r", "schema_mismatch"));
    run
      .when(planProposed(aModelsPlan([done, aStep("r2", "docs.read", { depends_on: ["c"] })]), 2))
      .then({ facts: ["plan_proposed", "plan_verified", "scope_opened", { type: "step_started", step: "r2" }] });
  });

  test("asks a person anew: a granted gate answers no other question", () => {
    const first = aModelsPlan([asking("May I read one file?"), aStep("r", "docs.read", { depends_on: ["ok"] })]);
    const second = aModelsPlan([
      asking("May I overwrite everything?"),
      aStep("w", "docs.write", { depends_on: ["ok"] }),
    ]);
    const run = given(
      aRun({ plan: null }),
      planProposed(first),
      gateOpened("ok"),
      approved("ok"),
      failed("r", "schema_mismatch"),
    );
    run
      .when(planProposed(second, 2))
      .then({ facts: ["plan_proposed", "plan_verified", "scope_opened", { type: "gate_wanted", step: "ok#2" }] });
  });
});

describe("a stand-in that does not do its work", () => {
  test.each([
    ["is skipped by its condition", { when: "false" }],
    ["fails itself, and may", { on_failure: "continue" }],
  ])("and %s leaves the failure of its step as it was", (_, over) => {
    const plan = aPlan([
      aStep("x", "docs.read"),
      aStep("s", "docs.read", { fallback_for: "x", ...over }),
      aStep("d", "docs.write", { depends_on: ["x"] }),
    ]);
    const run = given(aRun({ plan, settings: { on_fatal: "fail" } }), failed("x", "schema_mismatch"));
    if (run.state.attempts.has("s")) run.and(failed("s", "schema_mismatch"));
    expect(runStatus(run.state)).toBe("failed");
    expect(run.state.closing?.reason).toMatchObject({ step: "x" });
    expect(run.facts.some((fact) => fact.type === "step_started" && fact.step === "d")).toBe(false);
  });
});

describe("what an approver is shown", () => {
  test.each([
    ["bound", "a./text", []],
    ["through a value", "v./t", [{ id: "v", kind: "value", set: { t: "steps.a.text" } }]],
  ])("names the tool an argument comes from, %s", (_, from, between) => {
    const plan = aPlan([
      aStep("a", "docs.read"),
      ...between,
      aStep("w", "docs.write", { param_bindings: { "/text": from }, requires: ["GATE_OPERATOR"] }),
    ]);
    const run = given(aRun({ plan }), returned("a", { text: "hello" }));
    expect(evidenceOf(run.state, "w").map(({ ref }) => ref)).toEqual([expect.stringMatching(/^tool:docs\.read:tc_/)]);
  });

  test("and one that stood in for it", () => {
    const plan = aPlan([
      aStep("x", "docs.read"),
      aStep("s", "docs.read", { fallback_for: "x" }),
      aStep("w", "docs.write", { param_bindings: { "/text": "x./text" }, requires: ["GATE_OPERATOR"] }),
    ]);
    const run = given(aRun({ plan }), failed("x", "schema_mismatch"), returned("s", { text: "hello" }));
    expect(evidenceOf(run.state, "w")).toHaveLength(1);
  });
});

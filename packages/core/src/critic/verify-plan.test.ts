import { testHasher } from "@writ/testkit/build/hasher";
import { aPlan, aStep } from "@writ/testkit/build/plan";
import { aQuestion, type QuestionOver } from "@writ/testkit/build/question";
import { prepare } from "@writ/testkit/build/run";
import { describe, expect, test } from "vitest";

import type { JsonObject } from "../base/json.ts";
import { DEFAULT_LIMITS } from "../budget/budget.ts";
import { consequence, PLAN_FINDINGS } from "./finding.ts";
import { verifyPlan, type PlanVerdict } from "./verify-plan.ts";

const verdictOn = (plan: JsonObject, over: QuestionOver = {}): PlanVerdict =>
  verifyPlan(testHasher, aQuestion(plan, over));

/** `code step field`, a dash where a finding is about the whole plan. */
function found(verdict: PlanVerdict): readonly string[] {
  return verdict.findings.map(({ code, place }) => `${code} ${place?.step ?? "-"} ${place?.field ?? "-"}`);
}

const read = (id: string, over: JsonObject = {}) => aStep(id, "docs.read", over);
const check = (that: string, over: JsonObject = {}): JsonObject => ({ id: "c", kind: "check", that, ...over });
const GATED: JsonObject = { approval_mode: "destructive", requires: ["GATE_OPERATOR"] };
const refund = (over: JsonObject = {}) => aStep("pay", "pay.refund", { ...GATED, params: { order: 7 }, ...over });
const post = (over: JsonObject = {}) =>
  aStep("post", "net.post", { approval_mode: "network", params: { url: "https://api.example/" }, ...over });
const rule = (effect: "forbid" | "require", when: string | null = null) =>
  ({ id: effect, effect, tool: "docs.read", when }) as const;

type Row = readonly [what: string, plan: JsonObject, finding: string, asked?: QuestionOver];

const TABLE: readonly Row[] = [
  ["V1 two steps of one name", aPlan([read("a"), read("a")]), "plan_malformed a id"],
  ["V1 waits for no step", aPlan([read("a", { depends_on: ["x"] })]), "plan_malformed a depends_on"],
  ["V1 stands in for no step", aPlan([read("a", { fallback_for: "x" })]), "plan_malformed a fallback_for"],
  [
    "V1 two stand in for one",
    aPlan([read("a"), read("b", { fallback_for: "a" }), read("d", { fallback_for: "a" })]),
    "plan_malformed b fallback_for",
  ],
  [
    "V1 a checkpoint after no step",
    aPlan([read("a")], { decision_checkpoints: [{ decision_id: "d", after_step: "x" }] }),
    "plan_malformed - decision_checkpoints",
  ],
  [
    "V1 two wait for each other",
    aPlan([read("a", { depends_on: ["b"] }), read("b", { depends_on: ["a"] })]),
    "plan_cycle a depends_on",
  ],
  ["V1 waits for itself", aPlan([read("a", { depends_on: ["a"] })]), "plan_cycle a depends_on"],
  ["V1 reads no step", aPlan([check("steps.x.n == 1")]), "reference_dangling c that"],
  ["V1 reads what is never given", aPlan([read("a"), check("steps.a.m == 1")]), "reference_dangling c that"],
  ["V1 reads what has no name", aPlan([check("step.a.n == 1")]), "reference_dangling c that"],
  ["V1 reads steps and says not which", aPlan([check("has(steps)")]), "reference_dangling c that"],
  ["V1 reads an input that is not there", aPlan([check("true", { when: "inputs.k" })]), "reference_dangling c when"],
  [
    "V1 sends an input that is not there",
    aPlan([read("a", { param_bindings: { "/n": "inputs./k" } })]),
    "reference_dangling a param_bindings./n",
  ],
  ["V2 for another intent", aPlan([read("a")]), "intent_mismatch - intent", { intent: "other.work" }],
  ["asks for a looser mode", aPlan([read("a")], { policy_mode: "autonomous" }), "policy_relaxation - policy_mode"],
  ["asks for a larger budget", aPlan([read("a")], { budget: { steps: 26 } }), "policy_relaxation - budget.steps"],
  ["V3 an unknown tool", aPlan([aStep("a", "docs.burn")]), "tool_not_allowed a tool"],
  ["V3 a tool off the list", aPlan([read("a")]), "tool_not_allowed a tool", { policy: { tools: ["net.*"] } }],
  ["V3 a host off the list", aPlan([post({ params: { url: "https://x.example/" } })]), "outbound_refused post tool"],
  ["V3 outbound off", aPlan([post()]), "outbound_refused post tool", { policy: { hosts: [] } }],
  ["V4 an unknown parameter", aPlan([read("a", { params: { m: 1 } })]), "argument_not_allowed a params/m"],
  [
    "V4 a bound on an argument",
    aPlan([refund({ params: { order: 7, amount: 51 }, requires: [] })]),
    "argument_not_allowed pay params/amount",
  ],
  [
    "V4 a place that is no parameter",
    aPlan([read("a"), read("b", { param_bindings: { "/m": "a./n" } })]),
    "argument_not_allowed b param_bindings./m",
  ],
  [
    "V4 a type that does not fit",
    aPlan([read("a"), read("b", { param_bindings: { "/n": "a./text" } })]),
    "type_mismatch b param_bindings./n",
  ],
  ["V6 silent about its tier", aPlan([post({ approval_mode: null })]), "approval_mode_missing post approval_mode"],
  ["V6 understates it", aPlan([refund({ approval_mode: "network" })]), "approval_mode_mismatch pay approval_mode"],
  ["V6 reaches too far", aPlan([post()]), "safety_mode_exceeded post tool", { ceiling: "local_write" }],
  ["V7 destructive without a gate", aPlan([refund({ requires: [] })]), "approval_gate_missing pay requires"],
  ["V7 a gate nobody keeps", aPlan([read("a", { requires: ["GATE_MOON"] })]), "gate_unknown a requires"],
  [
    "V8 another way to a gated effect",
    aPlan([aStep("a", "pay.credit", { params: { order: 7 } })]),
    "gate_bypass a tool",
  ],
  ["V11 evidence nobody gives", aPlan([read("a", { requires: ["proof"] })]), "missing_evidence a requires"],
  [
    "V11 evidence given beside it",
    aPlan([read("a", { requires: ["proof"] }), read("b", { produces_evidence: ["proof"] })]),
    "missing_evidence a requires",
  ],
  ["V12 forbidden", aPlan([read("a")]), "policy_denied a tool", { policy: { rules: [rule("forbid")] } }],
  [
    "V12 required and forbidden",
    aPlan([read("a")]),
    "policy_conflict a tool",
    { policy: { rules: [rule("forbid"), rule("require")] } },
  ],
  [
    "V12 a rule nobody can read",
    aPlan([read("a")]),
    "policy_eval_error a tool",
    { policy: { rules: [rule("require", "args.")] } },
  ],
  ["V13 too many steps", aPlan([read("a"), read("b")], { budget: { steps: 1 } }), "budget_exceeded - steps"],
  ["V13 too many calls", aPlan([read("a"), read("b")], { budget: { tool_calls: 1 } }), "budget_exceeded - tool_calls"],
  ["V13 too many tokens", aPlan([read("a")], { token_estimate: 200_001 }), "budget_exceeded - token_estimate"],
  ["V13 too dear", aPlan([read("a")], { cost_estimate_cents: 50.1 }), "budget_exceeded - cost_estimate_cents"],
  [
    "V14 refused before",
    aPlan([read("a")]),
    "loop_guard - -",
    { refusedPlans: new Set([String(prepare(aPlan([read("a", { rationale: "again" })]), 2)["plan_hash"])]) },
  ],
  ["V3 what only takes back", aPlan([aStep("a", "docs.restore")]), "tool_not_allowed a tool"],
  [
    "V15 what cannot be taken back",
    aPlan([read("a", { compensation: { tool: "docs.write", params: {} } })]),
    "compensation_invalid a compensation",
  ],
  [
    "V15 taken back by no tool",
    aPlan([aStep("a", "docs.write", { compensation: { tool: "docs.burn", params: {} } })]),
    "compensation_invalid a compensation",
  ],
];

describe("a plan is refused with code, step and field", () => {
  const rows = TABLE.map(([what, plan, finding, asked = {}]) => ({ what, plan, finding, asked }));
  test.each(rows)("$what", ({ plan, finding, asked }) => {
    const verdict = verdictOn(plan, asked);
    expect(found(verdict)).toContain(finding);
    expect(verdict.verdict).not.toBe("ok");
    for (const { message, remedy } of verdict.findings) expect([message, remedy]).not.toContain("");
  });

  test("for every reason there is; that an expression cannot be read is said before", () => {
    const said = new Set(TABLE.map(([, , finding]) => finding.split(" ")[0]));
    const unsaid = Object.keys(PLAN_FINDINGS).filter((code) => !said.has(code));
    expect(unsaid).toEqual(["expression_malformed"]);
  });
});

describe("a plan that holds", () => {
  const sound = aPlan([
    read("a", { produces_evidence: ["proof"], params: { n: 1 } }),
    read("b", { param_bindings: { "/text": "a./text", "/n": "inputs./k" }, requires: ["proof"] }),
    check("has(inputs.gone) and inputs.gone > 1 or default(inputs.none, 1) == inputs.k", { depends_on: ["b"] }),
    post(),
    refund({ params: { order: 7, amount: 51 }, when: "steps.a.n > 0" }),
    aStep("w", "docs.write", { compensation: { tool: "docs.write", params: {} } }),
  ]);
  const asked: QuestionOver = { inputs: new Set(["k"]), intent: "test.work" };

  test("is found to hold, with equal words for equal questions", () => {
    const first = verdictOn(sound, asked);
    expect(found(first)).toEqual([]);
    expect(first.verdict).toBe("ok");
    expect(verdictOn(sound, asked).hash).toBe(first.hash);
    expect(verdictOn(sound, { ...asked, ceiling: "network" }).hash).not.toBe(first.hash);
  });

  test("is looked at the harder the further it reaches", () => {
    const strictness = (...steps: readonly JsonObject[]) => verdictOn(aPlan(steps)).strictness;
    expect(strictness(read("a"))).toMatchObject({ tier: "read_only", passes: 1, warningsAreErrors: false });
    expect(strictness(post())).toMatchObject({ tier: "network", passes: 1, warningsAreErrors: true });
    expect(strictness(read("a"), refund())).toEqual({
      tier: "destructive",
      passes: 2,
      warningsAreErrors: true,
      objects: [{ step: "pay", object: "refund" }],
    });
  });

  test("spends nothing on steps that are done, that are conditional, or that stand in", () => {
    const steps = [read("a"), read("b", { when: "true" }), read("d", { fallback_for: "a" }), read("e")];
    const left = (over: QuestionOver) =>
      found(verdictOn(aPlan(steps), { remaining: { ...DEFAULT_LIMITS, steps: 1 }, ...over }));
    expect(left({})).toEqual(["budget_exceeded - steps"]);
    const done = aQuestion(aPlan(steps)).plan.block.steps.slice(3);
    expect(left({ settled: new Map(done.map((step) => [step.id, step])) })).toEqual([]);
  });

  test("takes back what another run did only where it is an undo", () => {
    expect(found(verdictOn(aPlan([aStep("a", "docs.restore")]), { door: "undo" }))).toEqual([]);
  });

  test("may rest on evidence that an earlier plan gave", () => {
    const plan = aPlan([read("a", { requires: ["proof"] })]);
    expect(found(verdictOn(plan, { evidence: new Set(["proof"]) }))).toEqual([]);
  });
});

describe("what is wrong is said all at once", () => {
  const broken = aPlan([
    read("a", { params: { m: 1 }, requires: ["proof", "GATE_MOON"] }),
    aStep("b", "docs.burn", { depends_on: ["x"] }),
    post({ approval_mode: "delegated", params: { url: "https://x.example/" } }),
    refund({ requires: [] }),
  ]);

  test("in the order of the steps, what is about the whole plan first", () => {
    expect(found(verdictOn(broken, { intent: "other.work", ceiling: "network" }))).toEqual([
      "intent_mismatch - intent",
      "missing_evidence a requires",
      "argument_not_allowed a params/m",
      "gate_unknown a requires",
      "plan_malformed b depends_on",
      "tool_not_allowed b tool",
      "outbound_refused post tool",
      "approval_mode_mismatch post approval_mode",
      "safety_mode_exceeded pay tool",
      "approval_gate_missing pay requires",
    ]);
  });

  test.each([
    [["plan_cycle"], "replan"],
    [["plan_cycle", "loop_guard"], "escalate"],
    [["loop_guard", "gate_bypass", "plan_cycle"], "reject"],
    [[], null],
  ] as const)("%j: the gravest decides, %s", (codes, wanted) => {
    const findings = codes.map((code) => ({ code, severity: "error", message: "" }) as const);
    expect(consequence(findings)).toBe(wanted);
    expect(consequence(findings.map((each) => ({ ...each, severity: "warn" })))).toBeNull();
  });
});

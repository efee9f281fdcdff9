import { judge, type ApprovalMode, type FailureKind, type Scores } from "@writ/core";
import { failingTool, TestTool } from "@writ/testkit/build/test-tool";
import { ModelServer } from "@writ/testkit/model-server";
import { planReply } from "@writ/testkit/hostile-plans";
import { expect, test } from "vitest";

import { having } from "./matching.ts";
import { FINANCE, REFUND_PLAN, refundTools } from "./refund.ts";
import { Workspace } from "./workspace.ts";

const GOAL = "Fold the paper cranes";
const AUTONOMOUS = { POLICY_MODE: "autonomous" };
const modelled = ({ baseUrl }: ModelServer) => ({ ...AUTONOMOUS, WRIT_MODEL_URL: baseUrl, WRIT_MODEL: "scripted" });
const FULL: Scores = { policy: 1, safety: 1, utility: 1, latency: 1, economics: 1 };
const OBSERVED = {
  tier: "read_only",
  failure: null,
  unexpected: null,
  trip: null,
  isBudgetSpent: false,
  retriesLeft: true,
  repeatable: true,
  scores: FULL,
} as const;

const TABLE: readonly (readonly [FailureKind, "retry" | "replan" | "escalate"])[] = [
  ["transient_timeout", "retry"],
  ["server_error_5xx", "retry"],
  ["rate_limited", "retry"],
  ["idempotency_conflict", "escalate"],
  ["evidence_stale", "replan"],
  ["schema_mismatch", "replan"],
  ["auth_expired", "escalate"],
  ["unknown", "escalate"],
];

/** Each attempt's verdict under a plan by a model, which may be asked again. */
async function verdictsOf(kind: FailureKind, tier: ApprovalMode): Promise<readonly string[]> {
  const fail = failingTool("test.fail", tier, kind);
  let turn = 0;
  await using model = await ModelServer.start(() => {
    turn += 1;
    return planReply({ steps: [{ id: `s${turn}`, tool: "test.fail", approval_mode: tier, params: { turn } }] });
  });
  await using work = Workspace.make(null, { environment: modelled(model), fittings: { tools: [fail] } });
  work.configure("outbound: { hosts: [api.example.org] }\n");
  const facts = await work.facts(await work.goal(GOAL));
  return facts.flatMap((fact) => (fact.type === "verdict_rendered" && fact.scope === "step" ? [fact.verdict] : []));
}

test.each(TABLE)("AS-36 a failure of kind %s is answered with %s", async (kind, verdict) => {
  const [first] = await verdictsOf(kind, "read_only");
  expect(first).toBe(verdict);
});

test.each([
  ["network", "escalate"],
  ["read_only", "replan"],
] as const)("AS-36 a failure of kind policy_denied at tier %s is answered with %s", async (tier, verdict) => {
  const [first] = await verdictsOf("policy_denied", tier);
  expect(first).toBe(verdict);
});

test("AS-38 two rounds that change nothing: no progress, though replans are left", async () => {
  const bad = failingTool("test.bad", "read_only", "schema_mismatch");
  let turn = 0;
  await using model = await ModelServer.start(() => {
    turn += 1;
    return planReply({ steps: [{ id: `s${turn}`, tool: "test.bad", approval_mode: "read_only", params: { turn } }] });
  });
  await using work = Workspace.make(null, { environment: modelled(model), fittings: { tools: [bad] } });
  work.configure("budget: { replans: 5 }\n");
  const run = await work.goal(GOAL);
  const { state } = await work.history(run);
  expect(turn).toBe(2);
  expect(state.trips).toBe(1);
  expect(JSON.stringify(await work.facts(run))).toContain('"kind":"no_progress"');
});

test("AS-39 AS-40 a plan that was refused comes back as another one: a loop, and never a silent one", async () => {
  const bad = failingTool("test.bad", "read_only", "schema_mismatch");
  let turn = 0;
  await using model = await ModelServer.start(() => {
    turn += 1;
    const good = { id: "good", tool: "test.good", approval_mode: "read_only", params: {} };
    const fails = { id: "bad", tool: "test.bad", approval_mode: "read_only", params: {}, depends_on: ["good"] };
    const unknown = { id: "mail", tool: "mail.send_everything", approval_mode: "network", params: {} };
    return planReply({ steps: turn === 1 ? [good, fails] : [unknown] });
  });
  const tools = [bad, new TestTool("test.good", "read_only")];
  await using work = Workspace.make(null, { environment: modelled(model), fittings: { tools } });
  work.configure("budget: { replans: 9 }\n");
  const run = await work.goal(GOAL);
  expect(turn).toBe(3);
  const facts = await work.facts(run);
  const ended = facts.find((fact) => fact.type === "run_ended");
  if (ended?.type !== "run_ended") throw new TypeError("the run goes on");
  expect(ended).toMatchObject({
    outcome: "escalated",
    reason: { code: "loop_detected", trip: { kind: "plan_repeat" } },
  });
  expect(facts.find((fact) => fact.type === "verdict_rendered" && fact.scope === "run")).toMatchObject({
    verdict: "escalate",
    reason: { code: "loop_detected" },
  });
  const record = await (await work.desk()).store.documents.get(ended.record_hash);
  expect(record).toMatchObject({
    reason: { code: "loop_detected", trip: { code: "loop_detected" } },
    controls_active: { loop_guard: { trips: 1 } },
  });
});

test("AS-42 fifty charges at once against a limit for twenty: exactly twenty go, at no point more", async () => {
  const charge = new TestTool("test.charge", "local_write", { run: ({ n }) => ({ n: n ?? 0 }) });
  await using work = Workspace.make(null, { environment: AUTONOMOUS, fittings: { tools: [charge] } });
  work.configure("budget: { steps: 60, tool_calls: 20 }\nlimits: { width: 50, rate_per_minute: 1000 }\n");
  const steps = Array.from({ length: 50 }, (_, n) => ({
    id: `s${n}`,
    tool: "test.charge",
    params: { n },
    when: "inputs.go",
  }));
  const run = await work.plan(steps, { inputs: { go: true } });
  expect(charge.calls).toHaveLength(20);
  const view = await work.view(run);
  expect(view).toMatchObject({
    status: "paused",
    reason: "budget_exhausted",
    budget: { used: { tool_calls: 20, steps: 20 } },
  });
});

test("AS-43b floors: no utility outweighs safety, and a low one alone is planned again", () => {
  for (const tier of ["read_only", "local_write", "network", "delegated", "destructive"] as const) {
    expect(judge({ ...OBSERVED, tier, scores: { ...FULL, safety: 0.89 } }).verdict).not.toBe("accept");
    expect(judge({ ...OBSERVED, tier, scores: { ...FULL, policy: 0.99 } }).verdict).not.toBe("accept");
    expect(judge({ ...OBSERVED, tier, scores: { ...FULL, utility: 0.5 } })).toMatchObject({ verdict: "replan" });
    expect(judge({ ...OBSERVED, tier })).toMatchObject({ verdict: "accept" });
  }
  expect(judge({ ...OBSERVED, tier: "destructive", scores: { ...FULL, safety: 0.95 } }).verdict).toBe("escalate");
  expect(judge({ ...OBSERVED, tier: "local_write", scores: { ...FULL, safety: 0.95 } }).verdict).toBe("accept");
});

test("AS-43c the refund approved: accepted three times, gate and approver on s3, no trips, no replans", async () => {
  const { tools, refund } = refundTools();
  await using work = Workspace.make(null, { fittings: { tools } });
  work.configure(FINANCE);
  const run = await work.plan([...REFUND_PLAN]);
  expect((await work.approve(run)).status).toBe("completed");
  expect(refund.calls).toHaveLength(1);
  const facts = await work.facts(run);
  const verdicts = facts.flatMap((fact) => (fact.type === "verdict_rendered" && fact.scope === "step" ? [fact] : []));
  expect(verdicts.map(({ step, verdict }) => [step, verdict])).toEqual([
    ["s1", "accept"],
    ["s2", "accept"],
    ["s3", "accept"],
  ]);
  for (const { scores } of verdicts) expect(Object.keys(scores).toSorted()).toEqual(Object.keys(FULL).toSorted());
  const ended = facts.find((fact) => fact.type === "run_ended");
  const record = ended?.type === "run_ended" ? await (await work.desk()).store.documents.get(ended.record_hash) : null;
  expect(record).toMatchObject({
    status: "DECIDED",
    verdict: "accept",
    controls_active: { loop_guard: { trips: 0 }, replan_attempts: 0 },
    approvals: [{ actor: "mira", decision: "approved" }],
  });
  const asked = facts.find((fact) => fact.type === "approval_requested");
  expect(asked).toMatchObject({ step: "s3", binding: { gates: having("GATE_FINANCE_APPROVAL") } });
});

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import type { JsonObject, Json } from "@writ/core";
import { TestTool } from "@writ/testkit/build/test-tool";
import { byRole, ModelServer } from "@writ/testkit/model-server";
import { planReply } from "@writ/testkit/hostile-plans";
import { expect, test } from "vitest";

import { FINANCE, REFUND_PLAN, refundTools, requestOf } from "./refund.ts";
import { refusalOf, Workspace } from "./workspace.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const [LOOK_UP = {}, EVALUATE = {}, REFUND = {}] = REFUND_PLAN;

/** The codes a plan is refused with, and that neither a call nor an entry came of it. */
async function codesOf(
  steps: readonly Json[],
  configuration = FINANCE,
  more: readonly TestTool[] = [],
  over: JsonObject = {},
) {
  const { tools, sent } = refundTools();
  await using work = Workspace.make(null, { fittings: { tools: [...tools, ...more] } });
  work.configure(configuration);
  const refusal = await refusalOf((await work.desk()).send(requestOf(steps, over)));
  expect({ sent: sent(), size: await work.journalSize() }).toEqual({ sent: 0, size: 1 });
  return refusal.problems.map(({ code, place }) => `${code} ${place?.step ?? ""}`.trim());
}

test("AS-01 a sound plan is verified, with the same hash for the same inputs, and nothing is sent", async () => {
  const { tools, sent } = refundTools();
  await using work = Workspace.make(null, { fittings: { tools } });
  work.configure(FINANCE);
  const desk = await work.desk();
  const first = await desk.check(requestOf(REFUND_PLAN));
  const second = await desk.check(requestOf(REFUND_PLAN));
  expect(first.verdict).toMatchObject({ verdict: "ok", findings: [] });
  expect(second.plan.hash).toBe(first.plan.hash);
  expect(second.verdict.hash).toBe(first.verdict.hash);
  expect(sent()).toBe(0);
});

test("AS-03 doubled ids, an unknown dependency and a cycle are each refused by their code", async () => {
  expect(await codesOf([LOOK_UP, { ...EVALUATE, id: "s1", depends_on: [] }])).toContain("plan_malformed s1");
  expect(await codesOf([{ ...LOOK_UP, depends_on: ["s9"] }])).toContain("plan_malformed s1");
  expect(await codesOf([{ ...LOOK_UP, depends_on: ["s2"] }, EVALUATE])).toContain("plan_cycle s1");
});

test("AS-03 a malformed plan by a model is counted as one replan", async () => {
  const doubled = [{ id: "a", tool: "files.list", approval_mode: "read_only", params: {} }];
  await using model = await ModelServer.start(
    byRole({ planning: [planReply({ steps: [...doubled, ...doubled] }), planReply({ steps: doubled })] }),
  );
  await using work = Workspace.make(null, { environment: { WRIT_MODEL_URL: model.baseUrl, WRIT_MODEL: "scripted" } });
  const { state, entries } = await work.history(await work.goal("Fold the paper cranes"));
  const rejected = entries.flatMap(({ facts }) => facts).filter((fact) => fact.type === "plan_rejected");
  expect(rejected).toMatchObject([{ codes: ["plan_malformed"], verdict: "replan" }]);
  expect(state.replans).toBe(1);
});

test("AS-06 an amount above its bound needs the gate", async () => {
  const { tools } = refundTools();
  await using work = Workspace.make(null, { fittings: { tools } });
  work.configure(FINANCE);
  const large = { ...REFUND, params: { order: 7, amount: 5_000 } };
  const desk = await work.desk();
  const bare = await desk.check(requestOf([LOOK_UP, EVALUATE, { ...large, requires: [] }]));
  expect(bare.verdict.findings.map(({ code }) => code)).toContain("argument_not_allowed");
  expect((await desk.check(requestOf([LOOK_UP, EVALUATE, large]))).verdict.verdict).toBe("ok");
});

test("AS-07 a destructive step without its approval mode", async () => {
  const { approval_mode: _, ...silent } = REFUND;
  expect(await codesOf([LOOK_UP, EVALUATE, silent])).toEqual(["approval_mode_missing s3"]);
});

test("AS-08 an understated mode, and a missing gate with the line that adds it", async () => {
  expect(await codesOf([LOOK_UP, EVALUATE, { ...REFUND, approval_mode: "local_write" }])).toEqual([
    "approval_mode_mismatch s3",
  ]);
  expect(await codesOf([LOOK_UP, EVALUATE, { ...REFUND, requires: [] }])).toEqual(["approval_gate_missing s3"]);
});

test("AS-09 a step further than the run may reach", async () => {
  const send = new TestTool("support.send", "network");
  const step = { id: "s4", tool: "support.send", approval_mode: "network", params: {} };
  const configuration = "policy: { ceiling: local_write }\noutbound: { hosts: [api.example.org] }\n";
  expect(await codesOf([LOOK_UP, step], configuration, [send])).toEqual(["safety_mode_exceeded s4"]);
});

test("AS-11 rules that contradict each other, and a rule that cannot be read", async () => {
  const both =
    "policy: { rules: [{ id: must, effect: require, tool: support.look_up }, { id: never, effect: forbid, tool: support.look_up }] }\n";
  expect(await codesOf([LOOK_UP], both)).toContain("policy_conflict s1");
  const unreadable = 'policy: { rules: [{ id: odd, effect: gate, tool: support.look_up, when: "args.order >" }] }\n';
  expect(await codesOf([LOOK_UP], unreadable)).toContain("policy_eval_error s1");
});

test("AS-12 another way to the same refund that needs no gate", async () => {
  const way = new TestTool("support.credit", "read_only", {
    spec: { traits: { effect: { class: "refund", target: "/order" } } },
  });
  const step = { id: "s4", tool: "support.credit", approval_mode: "read_only", params: { order: 7 } };
  expect(await codesOf([LOOK_UP, step], FINANCE, [way])).toContain("gate_bypass s4");
});

test("AS-15 the same defect has the same code, and more is looked at the further a plan reaches", async () => {
  const { tools } = refundTools();
  await using work = Workspace.make(null, { fittings: { tools } });
  work.configure(FINANCE);
  const desk = await work.desk();
  const broken = { ...EVALUATE, depends_on: ["s9"] };
  const near = (await desk.check(requestOf([LOOK_UP, broken]))).verdict;
  const far = (await desk.check(requestOf([LOOK_UP, broken, REFUND]))).verdict;
  expect(near.findings.map(({ code }) => code)).toEqual(["plan_malformed"]);
  expect(far.findings.map(({ code }) => code)).toContain("plan_malformed");
  expect(near.strictness).toMatchObject({ passes: 1, warningsAreErrors: false, objects: [] });
  expect(far.strictness).toMatchObject({
    passes: 2,
    warningsAreErrors: true,
    objects: [{ step: "s3", object: "refund" }],
  });
});

test("AS-43d the same inputs in two processes: byte-equal verdicts", async () => {
  await using work = Workspace.make("notes");
  const steps = [
    { id: "a", tool: "files.read", params: { path: 7, colour: "red" } },
    { id: "b", tool: "mail.send", depends_on: ["a"] },
  ];
  work.write("work", "plan.json", JSON.stringify({ intent: "test.plan", decision_checkpoints: [], steps }));
  work.write(
    "work",
    "sound.json",
    JSON.stringify({
      intent: "test.plan",
      decision_checkpoints: [],
      steps: [{ id: "a", tool: "files.list", params: {} }],
    }),
  );
  await work.close();
  const judge = (file: string): string => {
    try {
      return execFileSync(process.execPath, [MAIN, "run", file, "--dry-run", "--json"], {
        cwd: work.root,
        env: work.environment,
        encoding: "utf8",
      });
    } catch (error) {
      if (error instanceof Error && "stdout" in error) return String(error.stdout);
      throw error;
    }
  };
  for (const [file, holds] of [
    ["plan.json", '"problems"'],
    ["sound.json", '"verdict"'],
  ] as const) {
    const first = judge(file);
    expect(first).toContain(holds);
    expect(judge(file)).toBe(first);
  }
});

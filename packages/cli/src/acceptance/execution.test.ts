import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Json } from "@writ/core";
import { ToolFailure } from "@writ/runtime";
import { byRole, ModelServer } from "@writ/testkit/model-server";
import { planReply } from "@writ/testkit/hostile-plans";
import { failingTool, TestTool } from "@writ/testkit/build/test-tool";
import { describe, expect, test } from "vitest";

import { like } from "./matching.ts";
import { Workspace } from "./workspace.ts";

const AUTONOMOUS = { POLICY_MODE: "autonomous" };
const modelled = ({ baseUrl }: ModelServer) => ({ ...AUTONOMOUS, WRIT_MODEL_URL: baseUrl, WRIT_MODEL: "scripted" });

/** A service outside that counts what it did, by key. */
class Outer {
  readonly done = new Map<string, number>();
  act(key: string): void {
    if (!this.done.has(key)) this.done.set(key, 1);
  }
}

describe("execution", () => {
  test("AS-26 an answer that is lost after the effect: the same key again, one effect", async () => {
    const outer = new Outer();
    const refund = new TestTool("test.refund", "local_write", {
      run: (_, { idempotencyKey, attempt }) => {
        outer.act(idempotencyKey);
        if (attempt === 1) throw new ToolFailure("transient_timeout", "the answer was lost");
        return { refunded: true };
      },
    });
    await using work = Workspace.make(null, { environment: AUTONOMOUS, fittings: { tools: [refund] } });
    const run = await work.plan([{ id: "a", tool: "test.refund", params: { order: 7 } }]);
    expect((await work.view(run)).status).toBe("completed");
    expect(refund.calls).toHaveLength(2);
    expect(outer.done.size).toBe(1);
  });

  test("AS-27 a replan that lists a finished effect again: the ledger answers, one effect", async () => {
    const refund = new TestTool("test.refund", "local_write");
    let reads = 0;
    const read = new TestTool("test.read", "read_only", {
      run: () => {
        reads += 1;
        if (reads === 1) throw new ToolFailure("schema_mismatch", "not what was promised");
        return { ok: true };
      },
    });
    const first = { id: "refund", tool: "test.refund", approval_mode: "local_write", params: { order: 7 } };
    const again = [
      first,
      { id: "read", tool: "test.read", approval_mode: "read_only", params: {}, depends_on: ["refund"] },
    ];
    const mended = [
      { ...first, id: "refund_again" },
      { id: "read_again", tool: "test.read", approval_mode: "read_only", params: { again: true } },
    ];
    await using model = await ModelServer.start(
      byRole({ planning: [planReply({ steps: again }), planReply({ steps: mended })] }),
    );
    await using work = Workspace.make(null, { environment: modelled(model), fittings: { tools: [refund, read] } });
    const run = await work.goal("Fold the paper cranes");
    expect((await work.view(run)).status).toBe("completed");
    expect(refund.calls).toHaveLength(1);
    expect(model.requests).toHaveLength(2);
  });

  test("AS-28 a tool that says the key was used for something else: escalated, not sent again", async () => {
    const refund = new TestTool("test.refund", "local_write", {
      run: () => {
        throw new ToolFailure("idempotency_conflict", "this key was used with other arguments");
      },
    });
    await using work = Workspace.make(null, { environment: AUTONOMOUS, fittings: { tools: [refund] } });
    const run = await work.plan([{ id: "a", tool: "test.refund", params: { order: 7 } }]);
    expect(refund.calls).toHaveLength(1);
    const verdict = (await work.facts(run)).findLast(
      (fact) => fact.type === "verdict_rendered" && fact.scope === "step",
    );
    expect(verdict).toMatchObject({ verdict: "escalate", reason: { code: "idempotency_conflict" } });
    expect((await work.view(run)).status).toBe("paused");
  });

  test.each<[string, Json]>([
    ["off its schema", { total: "seven" }],
    ["empty", {}],
  ])("AS-32 AS-34 an output that is %s is not accepted, and nothing after it runs", async (_, output) => {
    const look = new TestTool("test.look_up", "read_only", {
      run: () => output,
      spec: { outputSchema: { type: "object", properties: { total: { type: "integer" } } } },
    });
    const refund = new TestTool("test.refund", "local_write");
    const steps = [
      { id: "a", tool: "test.look_up", approval_mode: "read_only", params: {} },
      { id: "b", tool: "test.refund", approval_mode: "local_write", params: {}, depends_on: ["a"] },
    ];
    await using model = await ModelServer.start(byRole({ planning: [planReply({ steps })] }));
    await using work = Workspace.make(null, { environment: modelled(model), fittings: { tools: [look, refund] } });
    const run = await work.goal("Fold the paper cranes");
    expect(refund.calls).toEqual([]);
    const view = await work.view(run);
    expect(view.status).not.toBe("completed");
    const facts = await work.facts(run);
    const verdict = facts.find((fact) => fact.type === "verdict_rendered" && fact.scope === "step");
    expect(verdict).toMatchObject({
      verdict: "replan",
      reason: { code: like(/unexpected_evidence|schema_mismatch/) },
    });
    expect(
      facts.some((fact) => fact.type === "step_settled" && fact.step === "a" && fact.outcome === "succeeded"),
    ).toBe(false);
  });

  test("AS-35 two effects, then a failure: taken back in reverse order, as governed calls", async () => {
    const undone: string[] = [];
    const undo = new TestTool("test.undo", "local_write", {
      run: ({ of }) => {
        undone.push(String(of));
        return { ok: true };
      },
    });
    const put = (name: string): TestTool =>
      new TestTool(name, "local_write", {
        undo: { tool: "test.undo", args: { of: name } },
        spec: { traits: { reversible: true } },
      });
    const fail = failingTool("test.fail", "read_only", "unknown");
    await using work = Workspace.make(null, {
      environment: AUTONOMOUS,
      fittings: { tools: [put("test.one"), put("test.two"), fail, undo] },
    });
    work.configure("on_fatal: fail\n");
    const run = await work.plan([
      { id: "a", tool: "test.one" },
      { id: "b", tool: "test.two", depends_on: ["a"] },
      { id: "c", tool: "test.fail", depends_on: ["b"] },
    ]);
    expect((await work.view(run)).status).toBe("failed");
    expect(undone).toEqual(["test.two", "test.one"]);
    const started = (await work.facts(run)).filter((fact) => fact.type === "step_started" && fact.tool === "test.undo");
    expect(started).toHaveLength(2);
    for (const fact of started) expect(fact).toMatchObject({ idempotency_key: like(/^ik_/) });
  });

  test("AS-37 three identical calls with identical answers: stopped before the fourth, with its reason", async () => {
    const read = new TestTool("test.read", "read_only");
    const steps = [1, 2, 3, 4].map((n) => ({
      id: `s${n}`,
      tool: "test.read",
      params: { same: true },
      ...(n > 1 ? { depends_on: [`s${n - 1}`] } : {}),
    }));
    await using work = Workspace.make(null, { fittings: { tools: [read] } });
    const run = await work.plan(steps);
    expect(read.calls).toHaveLength(3);
    expect((await work.view(run)).status).not.toBe("completed");
    const tripped = (await work.facts(run)).findLast(
      (fact) => fact.type === "verdict_rendered" && fact.scope === "step",
    );
    expect(tripped).toMatchObject({ step: "s4", attempt: 0, verdict: "escalate", reason: { code: "loop_detected" } });
  });

  test("AS-41 a critic that always replans: three plans, then the budget ends it", async () => {
    const bad = failingTool("test.bad", "read_only", "schema_mismatch");
    let turn = 0;
    await using model = await ModelServer.start(() => {
      turn += 1;
      const progress = { id: `good${turn}`, tool: "test.good", approval_mode: "read_only", params: { turn } };
      const next = {
        id: `bad${turn}`,
        tool: "test.bad",
        approval_mode: "read_only",
        params: { turn },
        depends_on: [progress.id],
      };
      return planReply({ steps: [progress, next] });
    });
    await using work = Workspace.make(null, {
      environment: modelled(model),
      fittings: { tools: [bad, new TestTool("test.good", "read_only", { run: ({ turn: at }) => ({ at: at ?? 0 }) })] },
    });
    const run = await work.goal("Fold the paper cranes");
    expect(turn).toBe(3);
    expect(JSON.stringify((await work.facts(run)).map((fact) => ("reason" in fact ? fact.reason : null)))).toContain(
      "replan_budget_exhausted",
    );
  });

  test("X04 a secret in goal and arguments stands nowhere: not in the log, the folders, the answers", async () => {
    const secret = "sk-test-7f3a9c1b5d";
    await using model = await ModelServer.start(byRole({}));
    const tool = new TestTool("test.read", "read_only", {
      run: ({ token }) => ({ echoed: `Bearer ${String(token)}` }),
    });
    await using work = Workspace.make(null, {
      environment: { ...modelled(model), WRIT_MODEL_KEY: secret },
      fittings: { tools: [tool] },
    });
    const run = await work.plan([{ id: "a", tool: "test.read", params: { token: secret } }]);
    const said = JSON.stringify([await work.view(run), await work.facts(run)]);
    expect(said).not.toContain(secret);
    await work.close();
    let looked = 0;
    for (const entry of readdirSync(work.folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      looked += 1;
      expect({ file: entry.name, has: readFileSync(join(entry.parentPath, entry.name)).includes(secret) }).toEqual({
        file: entry.name,
        has: false,
      });
    }
    expect(looked).toBeGreaterThan(2);
    expect(tool.calls).toHaveLength(1);
  });

  test("X04 a model that writes the secret into its plan: masked before it is hashed, and it runs", async () => {
    const secret = "sk-test-7f3a9c1b5d";
    const tool = new TestTool("test.read", "read_only");
    const step = { id: "a", tool: "test.read", approval_mode: "read_only", params: { token: secret } };
    await using model = await ModelServer.start(byRole({ planning: [planReply({ steps: [step] })] }));
    const environment = { ...modelled(model), WRIT_MODEL_KEY: secret };
    await using work = Workspace.make(null, { environment, fittings: { tools: [tool] } });
    const run = await work.goal("Fold the paper cranes");
    expect((await work.view(run)).status).toBe("completed");
    expect(JSON.stringify(tool.calls)).not.toContain(secret);
    expect(await work.replay(run)).toMatchObject({ result: "equal" });
  });
});

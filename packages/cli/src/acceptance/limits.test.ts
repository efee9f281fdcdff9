import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { failingTool, TestTool } from "@writ/testkit/build/test-tool";
import { OrchestratorError } from "@writ/core";
import { ToolFailure, verifyLog } from "@writ/runtime";
import { testHasher } from "@writ/testkit/build/hasher";
import { describe, expect, test } from "vitest";

import { refusalOf, Workspace } from "./workspace.ts";

const write = { id: "write", tool: "docs.write_doc", params: { path: "out.md", text: "# New\n" } };
const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

/** Fails so many times, then answers. */
const flaky = (times: number, kind: ToolFailure["kind"] = "server_error_5xx"): TestTool => {
  let failures = 0;
  return new TestTool("test.flaky", "read_only", {
    run: () => {
      failures += 1;
      if (failures <= times) throw new ToolFailure(kind, `failure ${failures}`);
      return { ok: true };
    },
  });
};

describe("limits and failures", () => {
  test("P40 a step that exceeds its time is aborted, and sent again as policy says", async () => {
    let aborted = 0;
    const slow = new TestTool("test.slow", "read_only", {
      run: async (_, { signal, attempt }) => {
        signal.addEventListener("abort", () => (aborted += 1));
        return attempt === 1 ? await never(signal) : { ok: true };
      },
    });
    await using work = Workspace.make(null, { fittings: { tools: [slow] } });
    const run = await work.plan([{ id: "a", tool: "test.slow", timeout_ms: 150 }]);
    expect(await work.view(run)).toMatchObject({ status: "completed", steps: [{ attempts: 2 }] });
    const failed = (await work.facts(run)).filter((fact) => fact.type === "attempt_failed");
    expect(failed).toMatchObject([{ kind: "transient_timeout" }]);
    expect(aborted).toBe(1);
  });

  test("P40 TIMEOUT bounds a step whose tool and plan do not say", async () => {
    const slow = new TestTool("test.slow", "read_only", {
      run: async (_, { signal, attempt }) => (attempt === 1 ? await never(signal) : { ok: true }),
    });
    await using work = Workspace.make(null, { environment: { TIMEOUT: "200ms" }, fittings: { tools: [slow] } });
    const plan = { intent: "test.plan", decision_checkpoints: [], steps: [{ id: "a", tool: "test.slow" }] };
    const run = await work.start({ author: "person", plan });
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const seen = await work.view(run);
    await (await work.desk()).send({ method: "cancel", run, reason: "seen enough" }).catch(() => undefined);
    await work.rest(run);
    expect(seen).toMatchObject({ status: "completed", steps: [{ attempts: 2 }] });
  });

  test("P41 retryable twice, then success: completed, and each attempt is on record", async () => {
    const tool = flaky(2);
    await using work = Workspace.make(null, { fittings: { tools: [tool] } });
    const run = await work.plan([{ id: "a", tool: "test.flaky" }]);
    expect(await work.view(run)).toMatchObject({ status: "completed", steps: [{ attempts: 3 }] });
    const verdicts = (await work.facts(run)).flatMap((fact) =>
      fact.type === "verdict_rendered" && fact.scope === "step" ? [fact.verdict] : [],
    );
    expect(verdicts).toEqual(["retry", "retry", "accept"]);
    expect(new Set(tool.calls.map(({ key }) => key)).size).toBe(1);
  });

  test.each([
    ["retry", "completed", 2],
    ["skip", "completed", 1],
  ] as const)("P42 a fatal error pauses for review; a person answers %s", async (answer, end, attempts) => {
    await using work = Workspace.make(null, { fittings: { tools: [flaky(1, "unknown")] } });
    const run = await work.plan([{ id: "a", tool: "test.flaky" }]);
    const held = await work.view(run);
    expect(held.status).toBe("paused");
    expect(held.next.join("\n")).toContain("writ resolve");
    await (await work.desk()).send({ method: "resolve", run, step: "a", answer });
    expect(await work.rest(run)).toMatchObject({
      status: end,
      steps: [{ attempts, status: answer === "skip" ? "skipped" : "completed" }],
    });
  });

  test("P42 a fatal error pauses for review; a person gives up", async () => {
    await using work = Workspace.make(null, { fittings: { tools: [flaky(9, "unknown")] } });
    const run = await work.plan([{ id: "a", tool: "test.flaky" }]);
    await (await work.desk()).send({ method: "cancel", run, reason: "not worth it" });
    expect((await work.rest(run)).status).toBe("cancelled");
  });

  test("P43 retries exhausted, a fallback stands in", async () => {
    const stand = new TestTool("test.stand_in", "read_only");
    await using work = Workspace.make(null, { fittings: { tools: [flaky(9), stand] } });
    const run = await work.plan([
      { id: "a", tool: "test.flaky" },
      { id: "b", tool: "test.stand_in", fallback_for: "a" },
    ]);
    const view = await work.view(run);
    expect(view.status).toBe("completed");
    expect(view.steps.map(({ status }) => status)).toEqual(["failed", "completed"]);
    expect(stand.calls).toHaveLength(1);
  });

  test.each([
    ["pause", "paused"],
    ["fail", "failed"],
  ])("P43 AS-29 AS-30 retries exhausted and no fallback: on_fatal %s", async (configured, end) => {
    const tool = flaky(99, "transient_timeout");
    await using work = Workspace.make(null, { fittings: { tools: [tool] } });
    work.configure(`on_fatal: ${configured}\n`);
    const run = await work.plan([{ id: "a", tool: "test.flaky" }]);
    expect((await work.view(run)).status).toBe(end);
    expect(tool.calls).toHaveLength(3);
    const last = (await work.facts(run)).findLast((fact) => fact.type === "verdict_rendered" && fact.scope === "step");
    expect(last).toMatchObject({ verdict: "escalate", reason: { code: "retry_budget_exhausted" } });
  });

  test("AS-29 the run's own retry budget holds across steps", async () => {
    const tool = failingTool("test.flaky", "read_only", "transient_timeout");
    await using work = Workspace.make(null, { fittings: { tools: [tool] } });
    const steps = [1, 2, 3, 4, 5].map((n) => ({
      id: `s${n}`,
      tool: "test.flaky",
      params: { n },
      on_failure: "continue",
    }));
    const run = await work.plan(steps);
    await work.view(run);
    expect(tool.calls.length).toBeLessThanOrEqual(5 + 6);
    expect(tool.calls.length).toBeGreaterThan(5);
  });

  test("P44 RATE_LIMIT 2 a minute: the third call waits, and is not dropped", async () => {
    const tool = new TestTool("test.read", "read_only");
    await using work = Workspace.make(null, { environment: { RATE_LIMIT: "2" }, fittings: { tools: [tool] } });
    const run = await work.start({
      author: "person",
      plan: {
        intent: "test.plan",
        decision_checkpoints: [],
        steps: [1, 2, 3].map((n) => ({ id: `s${n}`, tool: "test.read", params: { n } })),
      },
    });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(tool.calls).toHaveLength(2);
    const view = await work.view(run);
    expect(view.steps.map(({ status }) => status).toSorted()).toEqual(["completed", "completed", "running"]);
    await (await work.desk()).send({ method: "cancel", run, reason: "seen enough" });
    await work.rest(run);
  });

  test("P45 AS-43 a budget spent on the way: paused, and an extension goes on", async () => {
    await using work = Workspace.make(null, {
      fittings: { tools: [flaky(1), new TestTool("test.read", "read_only")] },
    });
    const run = await work.plan(
      [
        { id: "a", tool: "test.flaky" },
        { id: "b", tool: "test.read", depends_on: ["a"] },
      ],
      { budget: { tool_calls: 2 } },
    );
    const held = await work.view(run);
    expect(held).toMatchObject({ status: "paused", reason: "budget_exhausted" });
    expect(held.budget.used.tool_calls).toBeLessThanOrEqual(2);
    expect(held.next[0]).toContain("writ extend");
    const desk = await work.desk();
    await desk.send({
      method: "extend",
      run,
      reason: "one more",
      amounts: { steps: 0, tool_calls: 2, tokens: 0, cost_millicents: 0, wall_clock_ms: 0 },
    });
    expect((await work.rest(run)).status).toBe("completed");
  });

  test.each(["constrained", "review_required", "autonomous"] as const)(
    "P46 AS-05 a tool that is not allow-listed is blocked in %s",
    async (mode) => {
      await using work = Workspace.make("notes", { environment: { POLICY_MODE: mode } });
      work.configure("policy: { tools: [docs.search_docs] }\n");
      const refusal = await refusalOf(work.plan([{ id: "a", tool: "files.list", params: {} }]));
      expect(refusal).toMatchObject({
        code: "policy_denied",
        problems: [{ code: "tool_not_allowed", place: { step: "a" } }],
      });
      expect(await work.journalSize()).toBe(1);
    },
  );

  test("P47 outbound off: refused at once, and blocked even where it was approved before", async () => {
    const reach = new TestTool("test.reach", "network");
    await using work = Workspace.make(null, { fittings: { tools: [reach] } });
    const step = { id: "a", tool: "test.reach", approval_mode: "network" };
    const refusal = await refusalOf(work.plan([step]));
    expect(refusal).toMatchObject({ code: "policy_denied", problems: [{ code: "outbound_refused" }] });
    await work.close();
    work.configure("outbound: { hosts: [api.example.org] }\n");
    const run = await work.plan([step]);
    expect((await work.view(run)).status).toBe("awaiting_gate");
    await work.close();
    work.configure("outbound: { hosts: [] }\n");
    const view = await work.approve(run);
    expect(reach.calls).toEqual([]);
    expect(view.status).not.toBe("completed");
    const failed = (await work.facts(run)).find((fact) => fact.type === "attempt_failed");
    expect(failed).toMatchObject({ kind: "policy_denied" });
  });

  test("P49 cancel: the running tool is aborted, ready steps are cancelled, the log is whole", async () => {
    const started = Promise.withResolvers<void>();
    let aborted = false;
    const slow = new TestTool("test.slow", "read_only", {
      run: async (_, { signal }) => {
        started.resolve();
        signal.addEventListener("abort", () => (aborted = true));
        return await never(signal);
      },
    });
    await using work = Workspace.make(null, { fittings: { tools: [slow] } });
    const plan = {
      intent: "test.plan",
      decision_checkpoints: [],
      steps: [
        { id: "a", tool: "test.slow" },
        { ...write, depends_on: ["a"] },
      ],
    };
    const run = await work.start({ author: "person", plan });
    await started.promise;
    const desk = await work.desk();
    await desk.send({ method: "cancel", run, reason: "changed my mind" });
    const view = await work.rest(run);
    expect(aborted).toBe(true);
    expect(view.status).toBe("cancelled");
    expect(view.steps.map(({ status }) => status)).toEqual(["cancelled", "cancelled"]);
    expect((await work.facts(run)).find((fact) => fact.type === "attempt_failed")).toMatchObject({ kind: "cancelled" });
    expect((await work.facts(run)).at(-1)?.type).toBe("run_ended");
    expect(await verifyLog(desk.store, testHasher)).toMatchObject({ isIntact: true });
  });

  test("Ctrl-C while calls are under way: paused, and each is answered for by what its tool promises", async () => {
    const started = { supported: Promise.withResolvers<void>(), none: Promise.withResolvers<void>() };
    const slow = (idempotency: "supported" | "none"): TestTool =>
      new TestTool(`test.${idempotency}`, "local_write", {
        spec: { idempotency },
        run: async (_, { signal, attempt }) => {
          started[idempotency].resolve();
          return attempt > 1 ? { ok: true } : await never(signal);
        },
      });
    const keyed = slow("supported");
    const keyless = slow("none");
    await using work = Workspace.make(null, { fittings: { tools: [keyed, keyless] } });
    work.configure("policy: { mode: autonomous }\n");
    const steps = [
      { id: "a", tool: "test.supported" },
      { id: "b", tool: "test.none" },
    ];
    const run = await work.start({
      author: "person",
      plan: { intent: "test.plan", decision_checkpoints: [], steps },
    });
    await Promise.all([started.supported.promise, started.none.promise]);
    await (await work.desk()).interrupt(run);
    await work.close();
    expect((await work.facts(run)).filter(({ type }) => type === "attempt_failed")).toEqual([]);
    await (await work.desk()).send({ method: "resume", run });
    await (await work.desk()).send({ method: "resolve", run, step: "b", answer: "did_not_happen" });
    const view = await work.rest(run);
    expect(view.status).toBe("completed");
    expect((await work.facts(run)).map(({ type }) => type)).toContain("step_in_doubt");
    expect([keyed.calls.length, keyless.calls.length]).toEqual([2, 2]);
    expect(new Set(keyed.calls.map(({ key }) => key)).size).toBe(1);
  });

  test("cancel with more gates open than one entry ends: the command returns when all is over", async () => {
    const steps = Array.from({ length: 300 }, (_, n) => ({
      ...write,
      id: `w${n}`,
      params: { path: `${n}.md`, text: "x" },
    }));
    await using work = Workspace.make(null);
    work.configure("budget: { steps: 1000, tool_calls: 1000 }\n");
    const run = await work.plan(steps);
    await (await work.desk()).send({ method: "cancel", run, reason: "no" });
    const view = await work.rest(run);
    expect(view.status).toBe("rejected");
    expect((await work.history(run)).entries.filter(({ input }) => input.type === "proceed").length).toBeGreaterThan(0);
  });

  test.each([
    { says: "nothing", error: () => new TypeError("the line went dead"), status: "in_doubt" },
    {
      says: "why it did nothing",
      error: () => new OrchestratorError("file_not_regular", "a part of the path is not a folder"),
      status: "paused",
    },
    { says: "that the disk failed", error: () => new OrchestratorError("file_io", "EIO"), status: "in_doubt" },
    { says: "it did not happen", error: () => new ToolFailure("unknown", "no", { happened: "no" }), status: "paused" },
  ] as const)("a call that takes no key fails, and its tool says $says of its effect: $status", async (each) => {
    const tool = new TestTool("test.send", "local_write", {
      spec: { idempotency: "none" },
      run: () => {
        throw each.error();
      },
    });
    await using work = Workspace.make(null, { fittings: { tools: [tool] } });
    const view = await work.approve(await work.plan([{ id: "a", tool: "test.send" }]));
    expect(view.status).toBe(each.status);
    expect(tool.calls).toHaveLength(1);
  });

  test(
    "P67 the log cannot be written: no writer runs, and nothing is accepted any more",
    { timeout: 30_000 },
    async () => {
      await using work = Workspace.make(null);
      const run = await work.plan([write]);
      const approval = await work.waiting(run);
      const other = new DatabaseSync(join(work.folder, "writ.db"));
      try {
        other.exec("BEGIN IMMEDIATE");
        const desk = await work.desk();
        const refusal = await refusalOf(desk.send({ method: "approve", approval }));
        expect(["audit_unavailable", "database_locked"]).toContain(refusal.code);
        expect(existsSync(join(work.root, "out.md"))).toBe(false);
      } finally {
        other.exec("ROLLBACK");
        other.close();
      }
      await work.close();
      expect((await work.view(run)).status).toBe("awaiting_gate");
      expect((await work.approve(run)).status).toBe("completed");
    },
  );
});

import { openWorkspaceFiles } from "@writ/adapters/files/workspace-files";
import { refusingSandbox } from "@writ/adapters/sandbox/refuse";
import { nextTurn } from "@writ/adapters/system/next-turn";
import { birthsOf, DEFAULT_POLICY, type CounterName, type HistogramRow, type JsonObject, type RunId } from "@writ/core";
import { aModelsPlan, aStep } from "@writ/testkit/build/plan";
import { failingTool, TestTool } from "@writ/testkit/build/test-tool";
import { openWorkshop, type Workshop } from "@writ/testkit/build/workshop";
import { SqliteLog } from "@writ/testkit/sqlite-log";
import { SteppedClock } from "@writ/testkit/stepped-clock";
import { describe, expect, test } from "vitest";

import type { Entropy } from "../ports/entropy.ts";
import { ToolFailure } from "../ports/tool.ts";
import { createRequest, type CreateRequest } from "./create-request.ts";
import { Metrics } from "./metrics.ts";

const ANA = { kind: "user", id: "usr_ana" } as const;
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** Ids differ, and a retry waits for nothing. */
function countingEntropy(): Entropy {
  let count = 0;
  return {
    bytes: (length) => {
      const bytes = new Uint8Array(length);
      if (length <= 4) return bytes;
      count += 1;
      new DataView(bytes.buffer).setUint32(length - 4, count);
      return bytes;
    },
  };
}

/** Fails as a server does, the first time that each run asks. */
function flakyTool(): TestTool {
  const asked = new Set<string>();
  return new TestTool("test.flaky", "read_only", {
    run: (args) => {
      const run = JSON.stringify(args);
      if (asked.has(run)) return { ok: true };
      asked.add(run);
      throw new ToolFailure("server_error_5xx", "not now");
    },
  });
}

/** Runs on the real engine over SQLite, with a clock that moves when it is told to. */
class Batch {
  readonly clock: SteppedClock;
  readonly workshop: Workshop;

  private constructor(workshop: Workshop, clock: SteppedClock) {
    this.workshop = workshop;
    this.clock = clock;
  }

  static async open(log: SqliteLog): Promise<Batch> {
    const clock = new SteppedClock();
    const workshop = await openWorkshop({
      store: await log.open(),
      tools: [
        new TestTool("test.read", "read_only"),
        flakyTool(),
        failingTool("test.broken", "read_only", "unknown"),
        new TestTool("test.write", "local_write"),
        new TestTool("test.post", "network"),
        new TestTool("test.pay", "destructive"),
      ],
      clock,
      entropy: countingEntropy(),
      files: await openWorkspaceFiles(log.folder),
      sandbox: refusingSandbox({ reason: "test", remedy: "none" }),
      policy: { ...DEFAULT_POLICY, mode: "autonomous", hosts: ["api.example"] },
      planner: {
        propose: async ({ goal, findings }) => {
          const usage = { tokens: 10, costMillicents: 0 };
          if (goal === "nothing")
            return { kind: "refused", code: "no_planner", message: "none", nearest: [], usage, answers: [] };
          const tool = findings.length === 0 ? "test.unknown" : "test.read";
          return { kind: "plan", plan: aModelsPlan([aStep("a", tool)]) as never, usage, answers: [] };
        },
      },
    });
    return new Batch(workshop, clock);
  }

  async run(steps: readonly JsonObject[], over: Partial<CreateRequest> = {}): Promise<RunId> {
    const plan = { intent: "test.run", decision_checkpoints: [], steps };
    return this.goal({ plan, author: "person", ...over });
  }

  async goal(over: Partial<CreateRequest>): Promise<RunId> {
    const { tasks } = this.workshop;
    const run = await tasks.create(createRequest({ goal: "", door: "run", mode: "constrained", ...over }), ANA);
    await this.rest(run);
    return run;
  }

  async rest(run: RunId): Promise<void> {
    await this.workshop.engine.resting(run);
    this.clock.pass(0);
    await nextTurn();
    await this.workshop.engine.resting(run);
  }

  async waiting(run: RunId): Promise<string> {
    const [view] = await this.workshop.approvals.list(["waiting"], run);
    return view?.approval_id ?? "";
  }

  async approve(run: RunId): Promise<void> {
    await this.workshop.approvals.approve(await this.waiting(run), ANA);
    await this.rest(run);
  }
}

function rows(metrics: Metrics, name: CounterName): Readonly<Record<string, number>> {
  const { totals } = metrics.snapshot();
  return Object.fromEntries(
    totals.counters
      .filter((row) => row.name === name)
      .map(({ labels, count }): [string, number] => [Object.values(labels).join(" "), count])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function timed(metrics: Metrics, name: HistogramRow["name"]) {
  const { totals } = metrics.snapshot();
  return totals.histograms
    .filter((row) => row.name === name)
    .map(({ labels, buckets, count, sum_ms }) => ({ labels, buckets, count, sum_ms }));
}

/** Fourteen runs with every kind of end, of which each figure below was counted by hand. */
async function mixedRuns(batch: Batch): Promise<void> {
  const { tasks, approvals } = batch.workshop;
  const write = [aStep("look", "test.read"), aStep("write", "test.write")];
  // Hour 0. Two that need nobody.
  await batch.run([aStep("look", "test.read")]);
  await batch.run([aStep("post", "test.post", { approval_mode: "network" })], { mode: "autonomous" });
  // Approved after 30 s.
  const approved = await batch.run(write);
  batch.clock.pass(30 * SECOND);
  await batch.approve(approved);
  // Denied after 4 s.
  const denied = await batch.run(write);
  batch.clock.pass(4 * SECOND);
  await approvals.deny(await batch.waiting(denied), "no", ANA);
  await batch.rest(denied);
  // Cancelled while it waits.
  const cancelled = await batch.run(write);
  await tasks.cancel(cancelled, "enough", ANA);
  await batch.rest(cancelled);
  // Nobody answers within a minute.
  const pay = aStep("pay", "test.pay", { approval_mode: "destructive", requires: ["GATE_OPERATOR"] });
  const expired = await batch.run([pay], { approvalTtlMs: 60 * SECOND });
  batch.clock.pass(60 * SECOND);
  await nextTurn();
  await batch.rest(expired);
  // Hour 2. Fails once and completes; fails for good; has no call left for the retry.
  batch.clock.pass(2 * HOUR);
  await nextTurn();
  await batch.run([aStep("try", "test.flaky", { params: { of: 1 } })]);
  await batch.run([aStep("break", "test.broken")]);
  await batch.run([aStep("try", "test.flaky", { params: { of: 2 } })], { budget: { tool_calls: 1 } });
  const given = await batch.run([aStep("break", "test.broken")]);
  await tasks.cancel(given, "enough", ANA);
  await batch.rest(given);
  // A plan that is refused, and one that holds; no plan at all; a plan to be looked at first.
  await batch.goal({ goal: "something" });
  await batch.goal({ goal: "nothing" });
  await batch.run([aStep("look", "test.read")], { begin: false });
  // One still waits.
  await batch.run(write);
}

describe("metrics", () => {
  test("P70 after mixed runs state counts, approvals and latency, errors and budget alerts match the log", async () => {
    await using log = new SqliteLog();
    const batch = await Batch.open(log);
    await mixedRuns(batch);
    const { store } = batch.workshop;
    const metrics = new Metrics({ store, nextTurn });
    await metrics.refresh();

    const { runs, tasks, approvals_waiting, log_size } = metrics.snapshot();
    expect(log_size).toBe((await store.audit.head()).size);
    expect(runs).toEqual({
      planned: 1,
      in_progress: 0,
      awaiting_gate: 1,
      paused: 2,
      in_doubt: 0,
      completed: 5,
      failed: 1,
      rejected: 2,
      expired: 1,
      cancelled: 1,
      escalated: 0,
    });
    expect(Object.fromEntries(Object.entries(runs).filter(([, count]) => count > 0))).toEqual(
      Object.fromEntries(await store.views.countRuns()),
    );
    expect([tasks, approvals_waiting]).toEqual([{ pending: 4, running: 0, completed: 5, failed: 5 }, 1]);
    expect(rows(metrics, "approvals")).toEqual({
      "cancelled local_write": 1,
      "denied local_write": 1,
      "expired destructive": 1,
      "granted local_write": 1,
      "permitted network": 1,
    });
    expect(timed(metrics, "approval_latency")).toEqual([
      { labels: { tier: "local_write" }, buckets: [0, 1, 0, 1, 0, 0, 0, 0, 0, 0], count: 2, sum_ms: 34_000 },
    ]);
    expect(rows(metrics, "tool_attempts")).toEqual({
      "test.broken failed": 2,
      "test.flaky failed": 2,
      "test.flaky returned": 1,
      "test.post returned": 1,
      "test.read returned": 6,
      "test.write returned": 1,
    });
    expect(rows(metrics, "step_errors")).toEqual({ read_only: 4 });
    expect(rows(metrics, "budget_exhausted")).toEqual({ tool_calls: 1 });
    expect(rows(metrics, "plan_verifications")).toEqual({ none: 1, ok: 13, refused: 1 });
    expect(rows(metrics, "steps")).toEqual({ completed: 9, failed: 1 });
    expect([rows(metrics, "retries"), rows(metrics, "recoveries")]).toEqual([{ "": 2 }, { "": 1 }]);
    expect(rows(metrics, "escalations")).toEqual({ read_only: 3 });
    expect(rows(metrics, "lanes")).toEqual({});
    expect(timed(metrics, "time_to_safe_completion")).toEqual([
      { labels: {}, buckets: [4, 0, 0, 1, 0, 0, 0, 0, 0, 0], count: 5, sum_ms: 30_000 },
    ]);
    const hours = metrics.series(0, 4 * HOUR);
    expect(hours.map(({ hour, runs, approvals_waiting }) => [hour, runs.completed, approvals_waiting])).toEqual([
      ["1970-01-01T00:00:00.000Z", 3, 0],
      ["1970-01-01T02:00:00.000Z", 5, 1],
    ]);
  });

  test("who followed the log all along, who came late and who came after a restart say the same", async () => {
    await using log = new SqliteLog();
    const batch = await Batch.open(log);
    const early = new Metrics({ store: batch.workshop.store, nextTurn });
    await early.refresh();
    const before = early.snapshot();
    const done = mixedRuns(batch);
    const calls = Array.from({ length: 5 }, () => early.refresh());
    await Promise.all([done, ...calls]);
    await early.refresh();
    const late = new Metrics({ store: batch.workshop.store, nextTurn });
    await late.refresh();
    expect(early.snapshot()).toEqual(late.snapshot());
    expect(early.snapshot().log_size).toBeGreaterThan(before.log_size + 30);
    await batch.workshop.store.close();
    const again = new Metrics({ store: await log.open(), nextTurn });
    await again.refresh();
    expect(again.snapshot()).toEqual(late.snapshot());
    expect(again.series(0, 4 * HOUR)).toEqual(late.series(0, 4 * HOUR));
  });

  test("a log of which everything that can be erased was erased adds up to the same", async () => {
    await using log = new SqliteLog();
    const batch = await Batch.open(log);
    await mixedRuns(batch);
    const { store } = batch.workshop;
    const before = new Metrics({ store, nextTurn });
    await before.refresh();
    const payloads: { seq: number; commit: string }[] = [];
    for await (const lines of store.audit.lines(0, (await store.audit.head()).size))
      for (const { seq, bytes } of lines) for (const commit of birthsOf(bytes)) payloads.push({ seq, commit });
    expect(payloads.length).toBeGreaterThan(90);
    await store.audit.redact({ atMs: 5 * HOUR, actor: { ...ANA }, reason: "data_subject_request", payloads });
    const after = new Metrics({ store, nextTurn });
    await after.refresh();
    expect(after.snapshot()).toEqual({ ...before.snapshot(), log_size: before.snapshot().log_size + 1 });
    expect(after.series(0, 6 * HOUR)).toEqual(before.series(0, 6 * HOUR));
  });

  test("calls that come while one reads are one more reading, and see what was appended before them", async () => {
    await using log = new SqliteLog();
    const batch = await Batch.open(log);
    const { store } = batch.workshop;
    let heads = 0;
    const audit = { ...store.audit, head: () => ((heads += 1), store.audit.head()) };
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const metrics = new Metrics({ store: { audit, documents: store.documents }, nextTurn: () => held });
    const first = metrics.refresh();
    await batch.run([aStep("look", "test.read")]);
    const size = (await store.audit.head()).size;
    const later = [metrics.refresh(), metrics.refresh(), metrics.refresh()];
    letGo();
    await Promise.all([...later, first]);
    expect([metrics.snapshot().log_size, heads]).toEqual([size, 2]);
  });

  test("a store that fails once is read on from where it failed", async () => {
    await using log = new SqliteLog();
    const batch = await Batch.open(log);
    await mixedRuns(batch);
    const { store } = batch.workshop;
    let fails = 1;
    const documents = {
      ...store.documents,
      get: async (digest: string) => {
        fails -= 1;
        if (fails === 0) throw new Error("the disk is gone");
        return store.documents.get(digest);
      },
    };
    const metrics = new Metrics({ store: { audit: store.audit, documents }, nextTurn });
    await expect(metrics.refresh()).rejects.toThrow("the disk is gone");
    await metrics.refresh();
    const other = new Metrics({ store, nextTurn });
    await other.refresh();
    expect(metrics.snapshot()).toEqual(other.snapshot());
  });
});

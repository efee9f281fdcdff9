import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { ToolFailure } from "@writ/runtime";
import { TestTool } from "@writ/testkit/build/test-tool";
import { describe, expect, test } from "vitest";

import { EventReader } from "./event-reader.ts";
import { Served } from "./http.ts";
import { BRIEF, madeTask, planOf, restedTask, waitingApproval } from "./http-scenes.ts";
import { having } from "./matching.ts";
import { documentOf, Workspace } from "./workspace.ts";

const write = { id: "write", tool: "docs.write_doc", params: { path: "out.md", text: "# New\n" } };
const over = (...tools: readonly TestTool[]): Workspace => Workspace.make(null, { fittings: { tools } });
const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

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

async function rested(served: Served, id: string) {
  const desk = await served.work.desk();
  await served.work.rest(await desk.runNamed(id));
  return served.done("get_task", { params: { id } });
}

describe("failures over HTTP", () => {
  test("P41 over HTTP retryable twice, then success: completed, and each attempt is told", async () => {
    await using served = await Served.over(over(flaky(2)));
    const id = await restedTask(served, { id: "a", tool: "test.flaky" });
    expect(await rested(served, id)).toMatchObject({ status: "completed", steps: [{ attempts: 3 }] });
    const step = await served.done("get_step", { params: { id, step: "a" } });
    expect(
      step.attempts.map(({ number, outcome }) => [number, outcome === "failed" || outcome === "returned"]),
    ).toHaveLength(3);
    expect(step.attempts.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(step.attempts.map(({ error }) => error !== null)).toEqual([true, true, false]);
    expect(step.error).toBeNull();
  });

  test.each([
    ["retry", "completed", "completed"],
    ["skip", "completed", "skipped"],
  ] as const)("P42 over HTTP a fatal error pauses for review; the answer %s", async (answer, end, step) => {
    await using served = await Served.over(over(flaky(1, "unknown")));
    const id = await restedTask(served, { id: "a", tool: "test.flaky" });
    expect(await rested(served, id)).toMatchObject({ status: "paused", needs_you: true, waiting: { reviews: ["a"] } });
    const agent = await served.refused(
      "resolve_step",
      { params: { id, step: "a" }, body: { answer } },
      { as: "agent" },
    );
    expect(agent.status).toBe(403);
    await served.done("resolve_step", { params: { id, step: "a" }, body: { answer } });
    expect(await rested(served, id)).toMatchObject({ status: end, steps: [{ status: step }] });
  });

  test("P42 over HTTP a fatal error pauses for review; a person gives up", async () => {
    await using served = await Served.over(over(flaky(9, "unknown")));
    const id = await restedTask(served, { id: "a", tool: "test.flaky" });
    await served.done("cancel_task", { params: { id }, body: { reason: "not worth it" } });
    expect((await rested(served, id)).status).toBe("cancelled");
  });

  test("P43 over HTTP retries exhausted: the fallback stands in; with none it pauses or fails as configured", async () => {
    const stand = new TestTool("test.stand_in", "read_only");
    await using served = await Served.over(over(flaky(9), stand));
    const steps = [
      { id: "a", tool: "test.flaky" },
      { id: "b", tool: "test.stand_in", fallback_for: "a" },
    ];
    const id = await restedTask(served, ...steps);
    const done = await rested(served, id);
    expect(done.status).toBe("completed");
    expect(done.steps.map(({ status }) => status)).toEqual(["failed", "completed"]);
    for (const [configured, end] of [
      ["pause", "paused"],
      ["fail", "failed"],
    ] as const) {
      const work = over(flaky(99, "transient_timeout"));
      work.configure(`on_fatal: ${configured}\n`);
      await using other = await Served.over(work);
      const alone = await restedTask(other, { id: "a", tool: "test.flaky" });
      expect((await rested(other, alone)).status).toBe(end);
    }
  });

  test("P44 over HTTP RATE_LIMIT 2 a minute: the third call waits, and is not dropped", async () => {
    const both = Promise.withResolvers<void>();
    let calls = 0;
    const tool = new TestTool("test.read", "read_only", {
      run: () => {
        calls += 1;
        if (calls === 2) both.resolve();
        return { ok: true };
      },
    });
    const work = Workspace.make(null, { environment: { RATE_LIMIT: "2" }, fittings: { tools: [tool] } });
    await using served = await Served.over(work);
    const id = await madeTask(served, ...[1, 2, 3].map((n) => ({ id: `s${n}`, tool: "test.read", params: { n } })));
    await using reader = await EventReader.of(served, `/tasks/${id}/run`, { method: "POST", body: "{}" });
    await both.promise;
    await reader.until(({ types }) => types.filter((type) => type === "attempt_returned").length === 2);
    const task = await served.done("get_task", { params: { id } });
    expect(task.steps.map(({ status }) => status).toSorted()).toEqual(["completed", "completed", "running"]);
    expect(tool.calls).toHaveLength(2);
    await served.done("cancel_task", { params: { id }, body: {} });
    await rested(served, id);
  });

  test("P45 over HTTP a budget spent on the way: paused, listed among what needs somebody, extended it goes on", async () => {
    await using served = await Served.over(over(flaky(1), new TestTool("test.read", "read_only")));
    const plan = planOf({ id: "a", tool: "test.flaky" }, { id: "b", tool: "test.read", depends_on: ["a"] });
    const { id } = await served.done("create_task", { body: { ...plan, budget: { tool_calls: 2 } } });
    await served.done("run_task", { params: { id }, body: {} });
    const held = await rested(served, id);
    expect(held).toMatchObject({ status: "paused", reason: "budget_exhausted", needs_you: true });
    expect(held.budget.used.tool_calls).toBeLessThanOrEqual(2);
    const { items } = await served.done("list_tasks", { query: { needs_you: "true" } });
    expect(items.map((task) => task.id)).toEqual([id]);
    const wish = { params: { id }, body: { tool_calls: 2, reason: "one more" } };
    expect((await served.refused("extend_task", wish, { as: "operator" })).status).toBe(403);
    await served.done("extend_task", wish, { as: "approver" });
    expect((await rested(served, id)).status).toBe("completed");
  });

  test("P46 over HTTP a tool that is not allow-listed is blocked in every mode", async () => {
    for (const mode of ["constrained", "review_required", "autonomous"] as const) {
      const work = Workspace.make("notes", { environment: { POLICY_MODE: mode } });
      work.configure("policy: { tools: [docs.search_docs] }\n");
      await using served = await Served.over(work);
      const before = await served.extent();
      const problem = await served.refused("create_task", { body: planOf({ id: "a", tool: "files.list" }) });
      expect({ mode, ...problem }).toMatchObject({
        mode,
        status: 403,
        code: "policy_denied",
        problems: [{ code: "tool_not_allowed", place: { step: "a" } }],
      });
      expect(await served.extent()).toEqual(before);
    }
  });

  test("P47 over HTTP outbound off: refused at once, and blocked even where it was approved before", async () => {
    const reach = new TestTool("test.reach", "network");
    await using served = await Served.over(over(reach));
    const step = { id: "a", tool: "test.reach", approval_mode: "network" };
    const problem = await served.refused("create_task", { body: planOf(step) });
    expect(problem).toMatchObject({ code: "policy_denied", problems: [{ code: "outbound_refused" }] });
    served.work.configure("outbound: { hosts: [api.example.org] }\n");
    await served.restart();
    const id = await restedTask(served, step);
    const approval = await waitingApproval(served, id);
    served.work.configure("outbound: { hosts: [] }\n");
    await served.restart();
    await served.call("approve", { params: { id: approval }, body: {} });
    expect((await rested(served, id)).status).not.toBe("completed");
    expect(reach.calls).toEqual([]);
  });

  test("P49 over HTTP cancel: the running tool is aborted, ready steps are cancelled, the log is whole", async () => {
    const started = Promise.withResolvers<void>();
    let aborted = false;
    const slow = new TestTool("test.slow", "read_only", {
      run: async (_, { signal }) => {
        started.resolve();
        signal.addEventListener("abort", () => (aborted = true));
        return await never(signal);
      },
    });
    await using served = await Served.over(over(slow));
    const id = await madeTask(served, { id: "a", tool: "test.slow" }, { ...write, depends_on: ["a"] });
    await using reader = await EventReader.of(served, `/tasks/${id}/run`, { method: "POST", body: "{}" });
    await started.promise;
    await served.done("cancel_task", { params: { id }, body: { reason: "changed my mind" } });
    await reader.ended;
    expect(aborted).toBe(true);
    expect(reader.types.at(-1)).toBe("run_ended");
    const task = await served.done("get_task", { params: { id } });
    expect(task).toMatchObject({ status: "cancelled", steps: [{ status: "cancelled" }, { status: "cancelled" }] });
    expect(existsSync(join(served.work.root, "out.md"))).toBe(false);
    await served.close();
    expect((await served.work.command("audit", "verify", "--json")).exit).toBe(0);
  });
});

test("P69 over HTTP the export verifies offline, holds plan, artifacts and log, and replays without a tool", async () => {
  await using served = await Served.over(Workspace.make("notes"));
  const { id } = await served.done("create_task", { body: { goal: BRIEF } });
  await served.done("run_task", { params: { id }, body: {} });
  await rested(served, id);
  await served.done("approve", { params: { id: await waitingApproval(served, id) }, body: {} });
  const [artifact] = (await rested(served, id)).artifacts;
  const archive = await served.call("export_task", { params: { id } });
  expect(archive.headers["content-disposition"]).toContain(`${id}.tar`);
  const folder = unpacked(archive.bytes, join(served.work.base, "bundle"));
  expect([...folder.files.keys()]).toEqual(having("manifest", "entries.jsonl", "checkpoint", "report.md"));
  const report = folder.files.get("report.md")?.toString() ?? "";
  expect(report).toContain(artifact?.path);
  expect([...folder.files.values()].join("\n")).toContain(artifact?.sha256);
  const replayed = await served.done("replay_task", { params: { id } });
  expect(replayed).toMatchObject({ run: id, result: "equal" });
  const again = await served.call("export_task", { params: { id } });
  expect(again.status).toBe(200);
  await served.close();
  const verified = await served.work.command("verify-bundle", folder.path, "--json");
  expect([verified.exit, documentOf(verified)]).toMatchObject([
    0,
    { ok: true, replayed_again: { equal: 1, different: [] } },
  ]);
});

/** The archive's one folder, taken apart by a program that is not ours. */
function unpacked(bytes: Buffer, base: string): { readonly path: string; readonly files: ReadonlyMap<string, Buffer> } {
  mkdirSync(base);
  execFileSync("tar", ["-x", "-C", base], { input: bytes });
  const [top = ""] = readdirSync(base);
  const path = join(base, top);
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => join(entry.parentPath, entry.name));
  return { path, files: new Map(files.map((file) => [file.slice(path.length + 1), readFileSync(file)])) };
}

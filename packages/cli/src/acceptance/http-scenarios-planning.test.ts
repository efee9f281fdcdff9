import { pathOf } from "@writ/api/client/client";
import { names } from "@writ/api/contract/openapi";
import { OPERATIONS, type OperationName } from "@writ/api/contract/operations";
import { byRole, ModelServer } from "@writ/testkit/model-server";
import { planReply } from "@writ/testkit/hostile-plans";
import { TestTool } from "@writ/testkit/build/test-tool";
import { describe, expect, test } from "vitest";

import { Served } from "./http.ts";
import { BRIEF, planOf } from "./http-scenes.ts";
import { EventReader } from "./event-reader.ts";
import { Workspace } from "./workspace.ts";

const search = { id: "search", tool: "docs.search_docs", approval_mode: "read_only", params: { query: "release" } };
const BODIES: Partial<Record<OperationName, string>> = {
  extend_task: '{"steps":1,"reason":"more"}',
  resolve_step: '{"answer":"retry"}',
};
const modelled = ({ baseUrl }: ModelServer) => ({ environment: { WRIT_MODEL_URL: baseUrl, WRIT_MODEL: "scripted" } });

describe("planning over HTTP", () => {
  test("P01 over HTTP a goal is a task of 201 with a plan whose tools all exist, and nothing has run", async () => {
    await using served = await Served.over(Workspace.make("notes"));
    const before = served.work.digest();
    const received = await served.call("create_task", { body: { goal: BRIEF } });
    expect(received.status).toBe(201);
    const task = await served.done("get_task", { params: { id: received.headers.location?.split("/").at(-1) ?? "" } });
    expect(received.json()).toEqual(task);
    expect(task).toMatchObject({ status: "planned", budget: { used: { steps: 0, tool_calls: 0 } } });
    const plan = await served.done("get_plan", { params: { id: task.id } });
    const { items } = await served.done("list_tools", {});
    expect(plan.steps).toHaveLength(3);
    for (const { tool } of plan.steps) expect(items.map(({ name }) => name)).toContain(tool);
    const ids = plan.steps.map(({ id }) => id);
    for (const [at, { needs }] of plan.steps.entries())
      for (const need of needs) expect(ids.slice(0, at)).toContain(need);
    expect(served.work.digest()).toBe(before);
  });

  test("P02 over HTTP a plan with an unknown tool is refused before anything is executed", async () => {
    await using served = await Served.over(Workspace.make("notes"));
    const before = await served.extent();
    const problem = await served.refused("create_task", {
      body: planOf({ id: "list", tool: "files.list" }, { id: "mail", tool: "mail.send_everything" }),
    });
    expect(problem).toMatchObject({
      retryable: false,
      problems: [{ code: "tool_not_allowed", place: { step: "mail", field: "tool" } }],
    });
    expect(problem).toMatchObject({ status: 422, code: "tool_unknown" });
    expect(await served.extent()).toEqual(before);
  });

  test("P03 over HTTP arguments off the tool's schema are 422, naming step and field", async () => {
    await using served = await Served.over(Workspace.make("notes"));
    const before = await served.extent();
    const problem = await served.refused("create_task", {
      body: planOf({ ...search, params: { query: 7, depth: 3 } }),
    });
    expect(problem.status).toBe(422);
    expect(problem.problems.map(({ place }) => place?.step)).toContain("search");
    expect(JSON.stringify(problem.problems)).toMatch(/depth[^]*query|query[^]*depth/);
    expect(await served.extent()).toEqual(before);
  });

  test("P04 over HTTP a cyclic plan from a model is repaired once; one that stays cyclic is 422", async () => {
    const cycle = [
      { ...search, depends_on: ["again"] },
      { ...search, id: "again", depends_on: ["search"] },
    ];
    await using model = await ModelServer.start(
      byRole({ planning: [planReply({ steps: cycle }), planReply({ steps: [search] })] }),
    );
    await using served = await Served.over(Workspace.make("notes", modelled(model)));
    const task = await served.done("create_task", { body: { goal: "Fold the paper cranes" } });
    expect(task).toMatchObject({ status: "planned", steps: [{ id: "search", status: "pending" }] });
    await using stubborn = await ModelServer.start(byRole({ planning: [planReply({ steps: cycle })] }));
    await using other = await Served.over(Workspace.make("notes", modelled(stubborn)));
    const problem = await other.refused("create_task", { body: { goal: "Fold the paper cranes" } });
    expect(problem).toMatchObject({ status: 422, code: "plan_refused" });
    expect(stubborn.requests).toHaveLength(2);
    const { items } = await other.done("list_tasks", {});
    for (const { budget } of items) expect(budget.used.tool_calls).toBe(0);
  });

  test("P05 over HTTP a plan longer than AUTONOMY_BUDGET is refused, never run past", async () => {
    await using served = await Served.over(Workspace.make("notes", { environment: { AUTONOMY_BUDGET: "2" } }));
    const before = await served.extent();
    const three = ["a", "b", "c"].map((id) => ({ id, tool: "files.list" }));
    expect(await served.refused("create_task", { body: planOf(...three) })).toMatchObject({
      status: 422,
      code: "budget_exceeded",
    });
    expect(await served.refused("create_task", { body: { goal: BRIEF, budget: { steps: 9 } } })).toMatchObject({
      status: 403,
      code: "policy_relaxation",
    });
    expect(await served.extent()).toEqual(before);
  });

  test("P06 over HTTP an id nobody has is 404 at each place of a task", async () => {
    await using served = await Served.over(Workspace.make("notes"));
    const id = "run_01m7znbxqd625xv5ggmdm50hqg";
    const places = names().filter((name) => OPERATIONS[name].path.startsWith("/tasks/{id}"));
    for (const name of places) {
      const path = pathOf(name, { params: { id, step: "a", sha256: "0".repeat(64) } });
      const body = OPERATIONS[name].method === "post" ? { body: BODIES[name] ?? "{}" } : {};
      const received = await served.asked(name, path, body);
      expect({ name, ...received.problem() }).toMatchObject({ name, status: 404, code: "run_not_found" });
    }
    expect(places.length).toBeGreaterThan(15);
  });

  test("P07 over HTTP a task that runs or has ended is not run again: 409", async () => {
    const held = Promise.withResolvers<void>();
    const slow = new TestTool("test.slow", "read_only", {
      run: async () => {
        await held.promise;
        return { ok: true };
      },
    });
    await using served = await Served.over(Workspace.make(null, { fittings: { tools: [slow] } }));
    const { id } = await served.done("create_task", { body: planOf({ id: "a", tool: "test.slow" }) });
    const started = await served.call("run_task", { params: { id }, body: {} });
    expect(started.status).toBe(202);
    expect(await served.refused("run_task", { params: { id }, body: {} })).toMatchObject({
      status: 409,
      code: "run_busy",
    });
    held.resolve();
    await using reader = await EventReader.of(served, `/tasks/${id}/events`);
    await reader.ended;
    expect(await served.refused("run_task", { params: { id }, body: {} })).toMatchObject({
      status: 409,
      code: "run_ended",
    });
    expect(slow.calls).toHaveLength(1);
  });

  test("P08 over HTTP the events of a run come in order, and a reader that comes back misses and repeats none", async () => {
    await using served = await Served.over(Workspace.make("notes"));
    const { id } = await served.done("create_task", { body: { goal: BRIEF } });
    await using first = await EventReader.of(served, `/tasks/${id}/run`, { method: "POST", body: "{}" });
    await first.until(({ types }) => types.includes("approval_requested"));
    first.leave();
    const [waiting] = (await served.done("list_approvals", { query: { task: id } })).items;
    await served.done("approve", { params: { id: waiting?.approval_id ?? "" }, body: {} });
    await using second = await EventReader.of(served, `/tasks/${id}/events`, { after: first.last });
    await second.ended;
    const all = (await served.done("list_task_events", { params: { id } })).items;
    const seen = [...first.positions, ...second.positions];
    expect(seen).toEqual(all.map((event) => Number(event.id)));
    const types = [...first.types, ...second.types];
    const order = ["plan_verified", "step_started", "approval_requested", "approval_granted", "run_ended"];
    const places = order.map((type) => types.indexOf(type));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect([...first.gaps, ...second.gaps]).toEqual([]);
  });
});

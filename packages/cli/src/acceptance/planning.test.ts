import { createRequest } from "@writ/runtime";
import { byRole, ModelServer } from "@writ/testkit/model-server";
import { planReply } from "@writ/testkit/hostile-plans";
import { TestTool } from "@writ/testkit/build/test-tool";
import { describe, expect, test } from "vitest";

import { documentOf, refusalOf, Workspace } from "./workspace.ts";

const GOAL = "Fold the paper cranes";
const search = { id: "search", tool: "docs.search_docs", approval_mode: "read_only", params: { query: "release" } };
const list = { id: "list", tool: "files.list", params: {} };
const modelled = ({ baseUrl }: ModelServer) => ({ environment: { WRIT_MODEL_URL: baseUrl, WRIT_MODEL: "scripted" } });

/** Runs a plan file and expects that nothing came of it. */
async function refusedPlan(work: Workspace, plan: object, ...more: readonly string[]) {
  work.write("work", "plan.json", JSON.stringify({ intent: "test.plan", decision_checkpoints: [], ...plan }));
  const before = { digest: work.digest(), size: await work.journalSize() };
  const said = await work.command("run", "plan.json", "--json", ...more);
  expect({ digest: work.digest(), size: await work.journalSize() }).toEqual(before);
  const { error } = documentOf(said);
  return { exit: said.exit, error };
}

describe("planning", () => {
  test("P01 a goal becomes a plan whose tools all exist, and nothing has run", async () => {
    await using work = Workspace.make("notes");
    const before = work.digest();
    const said = await work.command("plan", "Find new docs from the last 24 hours and summarize them", "--json");
    expect(said.exit).toBe(0);
    const { status, steps } = documentOf(said);
    expect(status).toBe("planned");
    const { tools } = await work.desk();
    const named = Array.isArray(steps) ? steps.map((step: { tool?: unknown }) => step.tool) : [];
    expect(named).toHaveLength(3);
    for (const tool of named) expect([...tools.keys()]).toContain(tool);
    expect(work.digest()).toBe(before);
  });

  test("P02 a plan with an unknown tool is refused and nothing is executed", async () => {
    await using work = Workspace.make("notes");
    const { exit, error } = await refusedPlan(work, { steps: [list, { id: "mail", tool: "mail.send_everything" }] });
    expect(exit).toBe(4);
    expect(error).toMatchObject({ problems: [{ code: "tool_not_allowed", place: { step: "mail", field: "tool" } }] });
  });

  test("P03 arguments off the tool's schema are refused, naming step and field", async () => {
    await using work = Workspace.make("notes");
    const { exit, error } = await refusedPlan(work, { steps: [{ ...search, params: { query: 7, depth: 3 } }] });
    expect(exit).toBe(2);
    expect(JSON.stringify(error)).toContain('"step":"search"');
    expect(JSON.stringify(error)).toContain("depth");
    expect(JSON.stringify(error)).toContain("query");
  });

  test("P04 a cyclic plan from a model is repaired once before execution", async () => {
    const cycle = [
      { ...search, depends_on: ["again"] },
      { ...search, id: "again", depends_on: ["search"] },
    ];
    await using model = await ModelServer.start(
      byRole({ planning: [planReply({ steps: cycle }), planReply({ steps: [search] })] }),
    );
    await using work = Workspace.make("notes", modelled(model));
    const run = await work.goal(GOAL);
    expect(await work.view(run)).toMatchObject({ status: "completed", steps: [{ id: "search", status: "completed" }] });
    const types = (await work.facts(run)).map(({ type }) => type);
    expect(types.indexOf("plan_rejected")).toBeLessThan(types.indexOf("step_started"));
    expect(types.filter((type) => type === "plan_rejected")).toHaveLength(1);
  });

  test("P04 a plan that stays cyclic is refused and nothing runs", async () => {
    const cycle = [
      { ...search, depends_on: ["again"] },
      { ...search, id: "again", depends_on: ["search"] },
    ];
    await using model = await ModelServer.start(byRole({ planning: [planReply({ steps: cycle })] }));
    await using work = Workspace.make("notes", modelled(model));
    const said = await work.command("run", GOAL, "--json");
    expect(said.exit).toBe(2);
    expect(said.out + said.err).toContain("plan_refused");
    expect(model.requests).toHaveLength(2);
  });

  test("P05 a plan longer than AUTONOMY_BUDGET is refused, never run past", async () => {
    await using work = Workspace.make("notes", { environment: { AUTONOMY_BUDGET: "2" } });
    const { exit, error } = await refusedPlan(work, { steps: [list, { ...list, id: "b" }, { ...list, id: "c" }] });
    expect(exit).toBe(4);
    expect(error).toMatchObject({ code: "budget_exceeded" });
  });

  test("P09 independent steps overlap in time, a dependent one starts after its parents", async () => {
    const both = Promise.withResolvers<void>();
    let inside = 0;
    const order: string[] = [];
    const meet = new TestTool("test.meet", "read_only", {
      run: async ({ name }) => {
        inside += 1;
        if (inside === 2) both.resolve();
        await both.promise;
        order.push(String(name));
        return { name: String(name) };
      },
    });
    const after = new TestTool("test.after", "read_only", {
      run: () => {
        order.push("after");
        return { ok: true };
      },
    });
    await using work = Workspace.make(null, { fittings: { tools: [meet, after] } });
    const run = await work.plan([
      { id: "a", tool: "test.meet", params: { name: "a" } },
      { id: "b", tool: "test.meet", params: { name: "b" } },
      { id: "c", tool: "test.after", depends_on: ["a", "b"] },
    ]);
    expect((await work.view(run)).status).toBe("completed");
    expect(order.at(-1)).toBe("after");
    expect(order.slice(0, 2).toSorted()).toEqual(["a", "b"]);
  });

  test("P10 a misspelt POLICY_MODE: nothing starts", async () => {
    await using work = Workspace.make("notes", { environment: { POLICY_MODE: "autonomos" } });
    const said = await work.command("run", "daily brief", "--json");
    expect(said.exit).toBe(2);
    expect(documentOf(said)).toMatchObject({ error: { code: "environment_invalid" } });
    expect(said.out).toContain("POLICY_MODE=autonomos");
  });

  test("P11 nothing set: constrained, and outbound is off", async () => {
    await using work = Workspace.make("notes");
    const { config } = await work.desk();
    expect(config.policy).toMatchObject({ mode: "constrained", hosts: [] });
    expect(config.model).toBeNull();
  });
});

describe("the planner", () => {
  test("AS-02 has no hands: calls written into its answer are refused as no plan, and nothing is sent", async () => {
    const sent = new TestTool("test.send", "read_only");
    const text = '<tool_call>{"name":"test.send","arguments":{}}</tool_call>';
    await using model = await ModelServer.start(byRole({ planning: [{ kind: "says", text }] }));
    await using work = Workspace.make(null, { ...modelled(model), fittings: { tools: [sent] } });
    const run = await work.goal(GOAL);
    const rejected = (await work.facts(run)).filter((fact) => fact.type === "plan_rejected");
    expect(rejected.map((fact) => fact.type === "plan_rejected" && fact.codes)).toEqual([
      ["planner_output_invalid"],
      ["planner_output_invalid"],
    ]);
    expect(sent.calls).toEqual([]);
  });

  test("AS-04 answers prose: refused, counted as one replan, nothing executed", async () => {
    await using model = await ModelServer.start(
      byRole({ planning: [{ kind: "says", text: "First I would search the docs." }, planReply({ steps: [search] })] }),
    );
    await using work = Workspace.make("notes", modelled(model));
    const run = await work.goal(GOAL);
    const { state, entries } = await work.history(run);
    const rejected = entries.flatMap(({ facts }) => facts).filter((fact) => fact.type === "plan_rejected");
    expect(rejected).toMatchObject([{ codes: ["planner_output_invalid"], verdict: "replan" }]);
    expect(state.plan?.document.plan_version).toBe(2);
    expect((await work.view(run)).status).toBe("completed");
  });

  test("AS-16 slower than its class is cut at that limit, and the run says why", { timeout: 40_000 }, async () => {
    await using model = await ModelServer.start(byRole({ planning: [{ kind: "silent" }] }));
    await using work = Workspace.make("notes", modelled(model));
    const started = performance.now();
    const run = await work.goal("Fold cranes");
    const took = performance.now() - started;
    expect(took).toBeGreaterThan(4_900);
    expect(took).toBeLessThan(15_000);
    const codes = (await work.facts(run)).flatMap((fact) => (fact.type === "plan_rejected" ? fact.codes : []));
    expect(codes).toContain("planner_timeout");
    expect((await work.view(run)).steps).toEqual([]);
  });

  test("a goal no template answers and no model plans is refused with the nearest", async () => {
    await using work = Workspace.make("notes");
    const said = await work.command("run", "Fold the paper cranes", "--json");
    expect(said.exit).toBe(2);
    const before = await work.journalSize();
    const refusal = await refusalOf(
      (await work.desk()).check(createRequest({ goal: GOAL, door: "run", begin: false })),
    );
    expect(refusal).toMatchObject({ code: "no_planner" });
    expect(refusal.problems).toHaveLength(3);
    expect(await work.journalSize()).toBe(before);
  });
});

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";
import { holding } from "../acceptance/matching.ts";

import { documentOf, Workspace } from "../acceptance/workspace.ts";

const write = { id: "write", tool: "docs.write_doc", params: { path: "out.md", text: "# New\n" } };
const missing = { id: "look", tool: "docs.get_doc", params: { path: "nowhere.md" } };
const search = { id: "search", tool: "docs.search_docs", params: { query: "there" } };

describe("pause, resume, cancel", () => {
  test("a paused run stands still, and goes on where it stood", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan([write]);
    expect(await work.command("pause", run)).toMatchObject({ exit: 0, out: holding("‖ Paused") });
    expect(documentOf(await work.command("show", run, "--json"))).toMatchObject({
      status: "paused",
      reason: "operator_paused",
      next: [`writ resume ${run}`, `writ cancel ${run}`],
    });
    expect(await work.command("pause", run)).toMatchObject({
      exit: 2,
      err: holding("[nothing_to_answer]"),
    });
    const resumed = await work.command("resume", run, "--json");
    expect(resumed.exit).toBe(3);
    expect(documentOf(resumed)).toMatchObject({ status: "awaiting_gate" });
    expect(await work.command("resume", run)).toMatchObject({ exit: 2 });
  });

  test("a cancelled run is over; its reason stands in the record, and nothing steers it any more", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan([missing]);
    expect(await work.command("cancel", run, "--reason", "not today")).toMatchObject({
      exit: 0,
      out: holding("– Cancelled"),
    });
    expect(documentOf(await work.command("show", run, "--json"))).toMatchObject({ status: "cancelled" });
    for (const verb of ["pause", "resume"]) {
      expect(await work.command(verb, run)).toMatchObject({ exit: 1, err: holding("[run_ended]") });
    }
    expect(await work.command("cancel", run, "--json")).toMatchObject({ exit: 1 });
    expect(existsSync(join(work.root, "out.md"))).toBe(false);
  });

  test("a planned run begins when it is resumed", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan([search], { begin: false });
    const { exit, out } = await work.command("resume", run);
    expect(exit).toBe(0);
    expect(out).toContain("✓ Completed");
  });
});

describe("extend", () => {
  test("lets a run go on that had used its budget up, under name and reason", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan([search, { ...search, id: "again", depends_on: ["search"] }], {
      budget: { wall_clock_ms: 30_000 },
    });
    const paused = documentOf(await work.command("show", run, "--json"));
    expect(paused).toMatchObject({ status: "paused", reason: "budget_exhausted" });
    const [next] = [paused["next"]].flat();
    expect(next).toBe(`writ extend ${run} --wall-clock-ms 120000 --reason "…"`);
    const extended = await work.command("extend", run, "--wall-clock-ms", "120000", "--reason", "slow disk");
    expect(extended).toMatchObject({ exit: 0, out: holding("Extended by 2 min of work") });
    expect(extended.out).toContain("✓ Completed");
    expect((await work.command("show", run)).out).toContain('says mira: "slow disk"');
  });

  test("money is told and taken in cents", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan([missing], { budget: { cost_cents: 12.5 } });
    const budgetOf = async (): Promise<unknown> => documentOf(await work.command("show", run, "--json"))["budget"];
    expect(await budgetOf()).toMatchObject({ used: { cost_cents: 0 }, limits: { cost_cents: 12.5 } });
    const { out } = await work.command("extend", run, "--cost-cents", "0.25", "--reason", "dearer model");
    expect(out).toContain("Extended by 0.25 ¢");
    expect(await budgetOf()).toMatchObject({ limits: { cost_cents: 12.75 } });
    expect((await work.command("report", run)).out).toContain("| cost_cents | 0 | 12.75 |");
  });

  test("says what it needs, and what is too late", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan([search]);
    expect(await work.command("extend", run, "--steps", "5")).toMatchObject({
      exit: 2,
      err: holding("reason"),
    });
    expect(await work.command("extend", run, "--reason", "x")).toMatchObject({
      exit: 2,
      err: holding("--steps 5"),
    });
    expect(await work.command("extend", run, "--steps", "1.5", "--reason", "x")).toMatchObject({ exit: 2 });
    for (const cents of ["1.2345", "-1", "1e3", "ten"]) {
      expect(await work.command("extend", run, "--cost-cents", cents, "--reason", "x")).toMatchObject({
        exit: 2,
        err: holding("three decimals"),
      });
    }
    expect(await work.command("extend", run, "--steps", "5", "--reason", "x")).toMatchObject({
      exit: 1,
      err: holding("[run_ended]"),
    });
  });
});

describe("resolve", () => {
  test("a person's word on a step in review: skipped, or tried again", async () => {
    await using work = Workspace.make(null);
    const skipped = await work.plan([missing]);
    const answer = await work.command("resolve", skipped, "look", "skip", "--json");
    expect(answer.exit).toBe(0);
    expect(documentOf(answer)).toMatchObject({ steps: [{ id: "look", status: "skipped" }] });
    const again = await work.plan([missing]);
    work.write("work", "nowhere.md", "# Now it is here\n");
    const { out, exit } = await work.command("resolve", again, "look", "retry");
    expect({ exit, isDone: out.includes("✓ Completed") }).toEqual({ exit: 0, isDone: true });
  });

  test("refuses an answer nobody asked for", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan([missing]);
    expect(await work.command("resolve", run, "look", "hapened")).toMatchObject({
      exit: 2,
      err: holding("did you mean happened"),
    });
    expect(await work.command("resolve", run, "look", "happened")).toMatchObject({
      exit: 2,
      err: holding("[nothing_to_answer]"),
    });
    expect(await work.command("resolve", run, "other", "skip")).toMatchObject({
      exit: 2,
      err: holding("[step_not_found]"),
    });
  });
});

describe("what is decided", () => {
  test.each([
    ["extend", ["--steps", "5", "--reason", "x"]],
    ["resolve", ["look", "skip"]],
    ["audit redact", []],
  ])("%s takes the full id only, where reading takes any unique beginning", async (command, more) => {
    await using work = Workspace.make(null);
    const run = await work.plan([missing]);
    const before = await work.journalSize();
    for (const part of [run.slice(4), run.slice(0, -1), run.slice(0, 20), "run_"]) {
      const said = await work.command(...command.split(" "), part, ...more);
      expect(said).toMatchObject({ exit: 2, err: holding("[malformed_id]") });
    }
    expect(await work.journalSize()).toBe(before);
    expect((await work.command("show", run.slice(0, 20))).exit).toBe(0);
    expect((await work.command("show", run.slice(4, 20))).exit).toBe(0);
  });
});

describe("undo", () => {
  test("takes back what a run wrote, newest first, as a run of its own behind the same gates", async () => {
    await using work = Workspace.make(null);
    work.write("work", "old.md", "# Before\n");
    const second = { ...write, id: "second", depends_on: ["write"], params: { path: "old.md", text: "# After\n" } };
    const run = await work.plan([write, second]);
    await work.approve(run);
    await work.approve(run);
    expect([work.text("out.md"), work.text("old.md")]).toEqual(["# New\n", "# After\n"]);
    const asked = await work.command("undo", run, "--json");
    expect(asked.exit).toBe(3);
    const undo = documentOf(asked);
    expect(undo).toMatchObject({
      status: "awaiting_gate",
      goal: `Take back ${run}`,
      steps: [{ id: "undo-second-1" }, { id: "undo-write-1" }],
    });
    const id = await (await work.desk()).runNamed(String(undo["run_id"]));
    await work.approve(id);
    expect((await work.approve(id)).status).toBe("completed");
    expect(work.text("old.md")).toBe("# Before\n");
    expect(existsSync(join(work.root, "out.md"))).toBe(false);
  });

  test("takes the folders with it that the run made, and leaves what somebody put there since", async () => {
    await using work = Workspace.make(null, { environment: { POLICY_MODE: "autonomous" } });
    const at = (id: string, path: string) => ({ id, tool: "docs.write_doc", params: { path, text: "# Here\n" } });
    const run = await work.plan([
      at("a", "made/deep/a.md"),
      { ...at("b", "made/b.md"), depends_on: ["a"] },
      { ...at("c", "kept/c.md"), depends_on: ["b"] },
    ]);
    work.write("work", "kept/mine.md", "# Mine\n");
    expect((await work.command("undo", run)).exit).toBe(0);
    expect(readdirSync(work.root).toSorted()).toEqual([".orchestrate", "kept"]);
    expect(readdirSync(join(work.root, "kept"))).toEqual(["mine.md"]);
  });

  test("a run that is cancelled takes its folders back, too", async () => {
    await using work = Workspace.make(null, { environment: { POLICY_MODE: "autonomous" } });
    const nested = { ...write, params: { path: "made/deep/out.md", text: "# New\n" } };
    const run = await work.plan([nested, { ...missing, depends_on: ["write"] }]);
    expect(existsSync(join(work.root, "made/deep/out.md"))).toBe(true);
    await work.command("cancel", run);
    expect(documentOf(await work.command("show", run, "--json"))).toMatchObject({ status: "cancelled" });
    expect(existsSync(join(work.root, "made"))).toBe(false);
  });

  test("takes back more effects than a run may have steps: taking back is no step", async () => {
    const environment = { POLICY_MODE: "autonomous" };
    await using work = Workspace.make(null, { environment: { ...environment, AUTONOMY_BUDGET: "40" } });
    const name = (index: number): string => `${"x".repeat(50)}-${index}`;
    const run = await work.plan(
      Array.from({ length: 30 }, (_, index) => ({
        id: name(index),
        tool: "docs.write_doc",
        params: { path: `made/${index}.md`, text: `# ${index}\n` },
      })),
    );
    expect(readdirSync(join(work.root, "made")).length).toBe(30);
    await work.close();
    work.world = { ...work.world, environment };
    const said = await work.command("undo", run, "--json");
    expect(said.exit).toBe(0);
    const { status, steps } = documentOf(said);
    expect({ status, undone: Array.isArray(steps) ? steps.length : 0 }).toEqual({ status: "completed", undone: 30 });
    expect(existsSync(join(work.root, "made"))).toBe(false);
  });

  test("of a run whose contents were erased is refused", async () => {
    await using work = Workspace.make(null, { environment: { POLICY_MODE: "autonomous" } });
    const run = await work.plan([write]);
    await work.command("audit", "redact", run);
    expect(await work.command("undo", run)).toMatchObject({ exit: 2, err: holding("was erased") });
  });

  test("of a run that did nothing says so", async () => {
    await using work = Workspace.make(null);
    const run = await work.plan([search]);
    expect(await work.command("undo", run)).toMatchObject({
      exit: 2,
      err: holding("[nothing_to_answer]"),
    });
  });
});

import { isJsonArray, isJsonObject, parseStrict, type JsonObject, type RunId } from "@writ/core";
import { describe, expect, test } from "vitest";

import { documentOf, Workspace, type Said } from "../acceptance/workspace.ts";

const write = { id: "write", tool: "docs.write_doc", params: { path: "out.md", text: "# New\n" } };
const look = { id: "look", tool: "docs.get_doc", params: { path: "there.md" } };
const missing = { id: "look", tool: "docs.get_doc", params: { path: "nowhere.md" } };
const search = { id: "search", tool: "docs.search_docs", params: { query: "there" } };
const KEYS = ["approvals", "artifacts", "budget", "goal", "next", "plan_hash", "plan_id", "reason", "run_id", "status"];

/** A run in every state that three tools and a person can bring about. */
async function manyRuns(work: Workspace): Promise<Readonly<Record<string, RunId>>> {
  work.write("work", "there.md", "# There\n");
  const other = (path: string) => ({ ...write, params: { ...write.params, path } });
  const runs = {
    completed: await work.plan([look]),
    wrote: await work.plan([other("wrote.md")]),
    rejected: await work.plan([other("rejected.md")]),
    cancelled: await work.plan([other("cancelled.md")]),
    review: await work.plan([missing]),
    // A call reserves the 30 s it may take, so that the second one finds a little less than it needs.
    budget: await work.plan([search, { ...look, depends_on: ["search"] }], {
      budget: { wall_clock_ms: 30_000 },
    }),
    planned: await work.plan([look], { begin: false }),
    held: await work.plan([other("held.md")]),
    waiting: await work.plan([other("waiting.md")]),
  };
  await work.approve(runs.wrote);
  await work.deny(runs.rejected, "tests first");
  const desk = await work.desk();
  await desk.send({ method: "cancel", run: runs.cancelled, reason: "no" });
  await desk.send({ method: "pause", run: runs.held });
  for (const run of Object.values(runs)) await desk.send({ method: "rest", run });
  return runs;
}

function arrayOf({ out, err }: Said): readonly JsonObject[] {
  const value = parseStrict(out.trim());
  if (!isJsonArray(value)) throw new TypeError(`no array: ${out} ${err}`);
  return value.map((item) => (isJsonObject(item) ? item : {}));
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

describe("writ list", () => {
  test("--json says of each run, without folding it, what show --json says with its steps", async () => {
    await using work = Workspace.make(null);
    const runs = await manyRuns(work);
    const listed = arrayOf(await work.command("list", "--json"));
    expect(listed).toHaveLength(Object.keys(runs).length);
    const states = new Set<unknown>();
    for (const head of listed) {
      const { steps, ...shown } = documentOf(await work.command("show", String(head["run_id"]), "--json"));
      expect(head).toEqual(shown);
      expect(Object.keys(head).toSorted()).toEqual(KEYS);
      expect(isJsonArray(steps) && steps.length).toBeGreaterThan(0);
      states.add(`${String(head["status"])} ${String(head["reason"])}`);
    }
    // The premise: they stand in as many different places.
    expect([...states].map(String).toSorted(byText)).toEqual([
      "awaiting_gate null",
      "completed null",
      "paused budget_exhausted",
      "paused escalated",
      "paused operator_paused",
      "planned planned",
      "rejected approval_denied",
      "rejected operator_cancelled",
    ]);
  });

  test("puts first who needs somebody, then the others, newest first, and leaves nobody out", async () => {
    await using work = Workspace.make(null);
    const runs = await manyRuns(work);
    const ids = arrayOf(await work.command("list", "--json")).map(({ run_id }) => run_id);
    const names = ["waiting", "budget", "review", "held", "planned", "cancelled", "rejected", "wrote", "completed"];
    expect(ids).toEqual(names.map((name) => runs[name]));
  });

  test("pages through all of them, counting what a page leaves out", async () => {
    await using work = Workspace.make(null);
    const runs = await manyRuns(work);
    const count = Object.keys(runs).length;
    const first = await work.command("list", "--limit", "5");
    expect(first.out).toMatch(new RegExp(`… ${count - 5} more runs:`));
    const plain = await work.command("list", "--limit", "5", "--plain");
    expect(plain.err).toMatch(new RegExp(`^writ: ${count - 5} more runs: writ list --before run_`));
    expect(plain.out.trim().split("\n")).toHaveLength(5);
    const whole = arrayOf(await work.command("list", "--json", "--all")).map(({ run_id }) => String(run_id));
    const page = arrayOf(await work.command("list", "--json", "--limit", "5")).map(({ run_id }) => String(run_id));
    expect(page).toEqual(whole.slice(0, 5));
    expect((await work.command("list", "--json", "--limit", "5")).err).toBe(plain.err);
    const rest = arrayOf(await work.command("list", "--json", "--before", page.at(-1) ?? "")).map(({ run_id }) =>
      String(run_id),
    );
    expect([...page, ...rest]).toEqual(whole);
    const second = await work.command("list", "--limit", "1", "--before", page.at(-1) ?? "");
    expect(second.out).toMatch(new RegExp(`… ${count - 6} more runs:`));
    const [, command] = /more runs?: writ ([^\n]+)/.exec(first.out) ?? [];
    expect(command).toContain("--before");
  });

  test("--state keeps to the states it names", async () => {
    await using work = Workspace.make(null);
    await manyRuns(work);
    const some = arrayOf(await work.command("list", "--json", "--state", "rejected", "--state", "planned"));
    expect(some.map(({ status }) => String(status)).toSorted(byText)).toEqual(["planned", "rejected", "rejected"]);
    expect((await work.command("list", "--state", "done")).exit).toBe(2);
  });

  test("for a person: groups, one clause each, nothing cut that matters", async () => {
    await using work = Workspace.make(null);
    await manyRuns(work);
    const { out, exit } = await work.command("list");
    expect(exit).toBe(0);
    expect(out).toMatch(/^ {2}Needs you · 3\n/);
    expect(out).toContain("Today · ");
    expect(out).toContain('write denied by mira: "tests first"');
    expect(out).toContain("wrote wrote.md");
    expect(out).toContain("paused by a person");
    expect(out).toContain("the budget is used up");
    expect(out).toContain("look waits for your word");
    expect(Math.max(...out.split("\n").map((row) => row.length))).toBeLessThanOrEqual(78);
  });

  test("of an empty workspace says how to begin", async () => {
    await using work = Workspace.make(null);
    expect(await work.command("list")).toMatchObject({ exit: 0, out: "  No runs yet. Start one with: writ demo\n" });
    expect(arrayOf(await work.command("list", "--json"))).toEqual([]);
  });

  test("refuses what is no number", async () => {
    await using work = Workspace.make(null);
    for (const limit of ["0", "-1", "many", "1.5"]) {
      expect(await work.command("list", `--limit=${limit}`)).toMatchObject({ exit: 2, out: "" });
    }
  });
});

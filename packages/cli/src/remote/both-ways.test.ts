import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { BothWays } from "../acceptance/both-ways.ts";
import { documentOf } from "../acceptance/workspace.ts";

const BRIEF = "Find new docs from the last 24 hours and summarize them";
const write = { id: "write", tool: "docs.write_doc", params: { path: "out.md", text: "# New\n" } };
const search = { id: "search", tool: "docs.search_docs", params: { query: "release" } };
const missing = { id: "look", tool: "docs.get_doc", params: { path: "nowhere.md" } };

function planText(...steps: readonly object[]): string {
  return JSON.stringify({ intent: "test.plan", decision_checkpoints: [], steps });
}

/** Says every line both ways and holds the answers against each other. */
async function same(both: BothWays, lines: readonly (readonly string[])[]): Promise<readonly number[]> {
  const said = [];
  for (const argv of lines) said.push({ argv, ...(await both.say(...argv)) });
  expect(said.map(({ argv, there }) => ({ argv, ...there }))).toEqual(
    said.map(({ argv, here }) => ({ argv, ...here })),
  );
  return said.map(({ here }) => here.exit);
}

describe("a command that is asked of a server says what it says in the workspace", () => {
  test("planning, and what there is to look at before anything ran", async () => {
    await using both = await BothWays.make("notes");
    both.write("bad.json", planText({ ...write, tool: "docs.nothing" }));
    both.write("good.json", planText(search, { ...write, depends_on: ["search"] }));
    const exits = await same(both, [
      ["list"],
      ["list", "--json"],
      ["approvals"],
      ["plan", BRIEF],
      ["plan", BRIEF, "--json"],
      ["plan", "--explain", "weekly notes"],
      ["plan", "--explain", "weekly notes", "--json"],
      ["plan", "book me a flight"],
      ["plan", BRIEF, "--mode", "autonomous"],
      ["run", "book me a flight", "--plain"],
      ["run", "book me a flight", "--json"],
      ["run", BRIEF, "--dry-run"],
      ["run", "good.json", "--dry-run", "--json"],
      ["run", "bad.json", "--dry-run", "--json"],
      ["run", "bad.json", "--plain"],
      ["run", "good.json", "--plain", "--max-steps", "1"],
      ["run", "nowhere.json"],
      ["show", "{run}", "--json"],
      ["tools", "list"],
      ["tools", "list", "--json"],
      ["tools", "show", "docs.write_doc"],
      ["tools", "show", "docs.write_doc", "--json"],
      ["tools", "show", "docs.write"],
      ["policy", "show", "--json"],
      ["policy", "test", "docs.write_doc", "--args", '{"path":"a.md","text":""}'],
      ["policy", "test", "files.delete", "--json"],
      ["policy", "test", "docs.write_doc", "--args", '{"nothing":1}'],
      ["policy", "test", "docs.write_doc", "--mode", "autonomous"],
      ["show", "zzzz"],
      ["show", "run_01m7zpxfg9rtfkr6mqw0mwqphz", "--json"],
      ["pause", "run_01m7zpxfg9rtfkr6mqw0mwqphz", "--json"],
      ["approvals", "show", "apr_zzzz"],
      ["approvals", "approve", "apr_01m7zpxg14qvcj348dc79bzn2z"],
      ["list", "--limit", "0"],
    ]);
    expect(new Set(exits)).toEqual(new Set([0, 2, 4]));
  }, 120_000);

  test("a run that waits, is asked about anew, approved and proved", async () => {
    await using both = await BothWays.make("notes");
    both.write("plan.json", planText(search, { ...write, depends_on: ["search"] }));
    await same(both, [
      ["run", "plan.json", "--plain"],
      ["list"],
      ["list", "--state", "awaiting_gate", "--json"],
      ["show", "{run}"],
      ["show", "{run}", "--plain"],
      ["show", "{run}", "--json"],
      ["show", "{run}", "--record"],
      ["show", "{run}", "--checkpoints"],
      ["approvals", "list", "--json"],
      ["approvals", "show", "{approval}"],
      ["run", "{run}", "--plain"],
      ["resume", "{run}"],
      ["approvals", "ask-again", "{approval}"],
      ["approvals", "approve", "{approval}", "--plain"],
      ["approvals", "approve", "{approval}", "--json"],
      ["approvals", "deny", "{approval}", "--reason", "too late"],
      ["approvals", "--all"],
      ["approvals", "--all", "--limit", "1", "--json"],
      ["show", "{run}"],
      ["show", "{run}", "--follow", "--plain"],
      ["show", "{run}", "--checkpoints", "--json"],
      ["report", "{run}"],
      ["report", "{run}", "--json"],
      ["report", "{run}", "--format", "html"],
      ["replay", "{run}"],
      ["replay", "{run}", "--json"],
      ["replay", "{run}", "--against", "review_required"],
      ["replay", "{run}", "--against", "review_required", "--json"],
      ["replay", "{run}", "--against", "nowhere.yaml"],
      ["audit", "prove", "{run}"],
      ["audit", "prove", "{run}", "--entry", "99999"],
      ["cancel", "{run}"],
    ]);
    const { here, there } = await both.say("show", "{run}", "--record");
    expect(there.exit).toBe(0);
    expect(there.out.replaceAll(/"door": "[a-z]+"/g, "")).toEqual(here.out.replaceAll(/"door": "[a-z]+"/g, ""));
  }, 120_000);

  test("a run that is denied, one that is steered, and one with a step in review", async () => {
    await using both = await BothWays.make("notes");
    both.write("plan.json", planText(write));
    both.write("review.json", planText(missing));
    const exits = await same(both, [
      ["run", "plan.json", "--json"],
      ["approvals", "deny", "{approval}"],
      ["approvals", "deny", "{approval}", "--reason", "tests first"],
      ["approvals", "deny", "{approval}", "--reason", "tests first", "--json"],
      ["show", "{run}", "--json"],
      ["plan", BRIEF, "--json"],
      ["pause", "{run}"],
      ["cancel", "{run}", "--reason", "not today", "--json"],
      ["run", "{run}"],
      ["run", "review.json", "--plain"],
      ["list"],
      ["resolve", "{run}", "look", "perhaps"],
      ["resolve", "{run}", "look", "happened", "--plain"],
      ["resolve", "{run}", "nothing", "skip", "--plain"],
      ["extend", "{run}", "--steps", "2", "--reason", "more", "--plain"],
      ["extend", "{run}", "--steps", "2"],
      ["resolve", "{run}", "look", "skip", "--json"],
      ["show", "{run}"],
    ]);
    expect(new Set(exits)).toEqual(new Set([0, 1, 2, 3]));
  }, 120_000);

  test("a request whose ground moved meanwhile", async () => {
    await using both = await BothWays.make("notes");
    both.write("plan.json", planText(write));
    await same(both, [["run", "plan.json", "--json"]]);
    both.write("out.md", "# Somebody else's\n");
    const exits = await same(both, [
      ["approvals"],
      ["approvals", "show", "{approval}"],
      ["approvals", "show", "{approval}", "--json"],
      ["approvals", "approve", "{approval}", "--plain"],
      ["show", "{run}", "--json"],
    ]);
    expect(exits).toEqual([0, 0, 0, 3, 0]);
    expect((await both.say("approvals", "show", "{approval}", "--json")).there.out).toContain('"moved":null');
  }, 60_000);

  test("the evidence of a run is the same folder, and holds", async () => {
    await using both = await BothWays.make("notes");
    both.write("plan.json", planText(search));
    const { here, there } = await both.say("run", "plan.json", "--json");
    expect(there).toEqual(here);
    const exported = await both.say("audit", "export", "{run}", "evidence");
    expect(exported.there.exit).toBe(0);
    const [far, near] = [join(both.there.world.cwd, "evidence"), join(both.here.root, "evidence")];
    expect(readdirSync(far)).toEqual(readdirSync(near));
    const verified = documentOf(await both.there.command("verify-bundle", far, "--json"));
    expect(verified).toMatchObject({ ok: true, exit: 0, replayed_again: { equal: 1, different: [] } });
    const again = await both.say("audit", "export", "{run}", "evidence");
    expect(again.there).toMatchObject({ exit: 2 });
    expect(again.there.err).toContain("[folder_not_empty]");
    expect(existsSync(join(both.there.work.root, "evidence"))).toBe(false);
  }, 60_000);
});

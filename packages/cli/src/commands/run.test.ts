import { isJsonObject, type Json } from "@writ/core";
import { describe, expect, test } from "vitest";

import { holding } from "../acceptance/matching.ts";
import { documentOf, Workspace } from "../acceptance/workspace.ts";

const GOAL = "Find new docs from the last 24 hours and summarize them";

function planFile(work: Workspace, steps: readonly Json[]): string {
  work.write("work", "plan.json", JSON.stringify({ intent: "test.plan", decision_checkpoints: [], steps }));
  return "plan.json";
}

describe("writ run --dry-run", () => {
  test.each([
    ["a tool that is not there", { id: "a", tool: "mail.send", approval_mode: "network", params: {} }, 4],
    ["a parameter that is not there", { id: "a", tool: "files.list", params: { nothing: 1 } }, 2],
  ])("of a plan with %s says what the run would say, and nothing else", async (_, step, exit) => {
    await using work = Workspace.make("notes");
    const file = planFile(work, [step]);
    const real = await work.command("run", file, "--json");
    const dry = await work.command("run", file, "--dry-run", "--json");
    expect(dry).toEqual(real);
    expect({ exit: dry.exit, error: isJsonObject(documentOf(dry)["error"]) }).toEqual({ exit, error: true });
    const said = await work.command("run", file, "--dry-run");
    expect({ exit: said.exit, out: said.out }).toEqual({ exit, out: "" });
  });

  test("of a plan that calls what takes back: only an undo does", async () => {
    await using work = Workspace.make("notes");
    const restore = {
      id: "a",
      tool: "files.restore",
      params: { path: "a.md", expect_sha256: null, content: "x", mode: null },
    };
    for (const more of [[], ["--dry-run"]]) {
      const said = await work.command("run", planFile(work, [restore]), ...more);
      expect(said).toMatchObject({ exit: 4, err: holding("writ undo") });
    }
  });

  test("of a sound plan shows it", async () => {
    await using work = Workspace.make("notes");
    const said = await work.command("run", planFile(work, [{ id: "a", tool: "files.list", params: {} }]), "--dry-run");
    expect(said.exit).toBe(0);
    expect(said.out).toContain("verified");
  });
});

describe("writ run for programs", () => {
  test.each([
    ["--json", "run", GOAL],
    ["--events", "run", GOAL],
    ["--json", "undo", "run_01m7z5md0ctjq8drcga3phv2wg"],
  ])("%s cannot ask: `writ %s %s --on-approval ask` is refused before anything happens", async (mode, ...command) => {
    await using work = Workspace.make("notes");
    const before = await work.journalSize();
    const said = await work.command(...command, mode, "--on-approval", "ask");
    expect(said.exit).toBe(2);
    expect(`${said.out}${said.err}`).toMatch(/prints for programs and asks nothing/);
    expect(await work.journalSize()).toBe(before);
  });

  test("--json leaves at a gate with one document", async () => {
    await using work = Workspace.make("notes");
    const said = await work.command("run", GOAL, "--json");
    expect({ exit: said.exit, status: documentOf(said)["status"] }).toEqual({ exit: 3, status: "awaiting_gate" });
  });
});

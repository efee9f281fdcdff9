import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";

import { RemoteUser, said } from "../acceptance/remote-user.ts";
import { Workspace } from "../acceptance/workspace.ts";
import { recordingTerminal, type RecordingTerminal } from "../terminal.ts";
import { SCREEN } from "../terminal/gallery-samples.ts";
import { SETTLE } from "../terminal/ask.ts";

const TURN_MS = 20;
const TURNS = 500;

/** Waits until a text stands on the terminal. */
async function until(terminal: RecordingTerminal, text: string, times = 1): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    const { out, err } = terminal.written;
    if (`${out}${err}`.split(text).length > times) return;
    await sleep(TURN_MS);
  }
  throw new Error(`nobody said ${text}: ${terminal.written.out}${terminal.written.err}`);
}

const write = { id: "write", tool: "docs.write_doc", params: { path: "out.md", text: "# New\n" } };
const remove = {
  id: "remove",
  tool: "shell.exec",
  params: { argv: ["rm", "ideas.md"] },
  approval_mode: "destructive",
  requires: ["GATE_OPERATOR"],
};

describe("a person who is asked about a run of a server", () => {
  test("sees the preview, says yes, and sees the receipt", async () => {
    await using work = Workspace.make("notes");
    await using remote = await RemoteUser.over(work);
    const run = await work.plan([write], { begin: false });
    const terminal = recordingTerminal(SCREEN, "keyboard");
    const running = said(remote.world, ["run", run], terminal);
    await until(terminal, "Approve?");
    expect(terminal.written.out).toMatch(/\+ # New/);
    await sleep(SETTLE + TURN_MS);
    terminal.press("y\r");
    const { exit, out } = await running;
    expect(exit).toBe(0);
    expect(out).toMatch(/Receipt|intact/);
    expect(out).toMatch(/signed/);
    expect(work.text("out.md")).toBe("# New\n");
    const granted = (await work.facts(run)).find(({ type }) => type === "approval_granted");
    expect(granted).toBeDefined();
  }, 30_000);

  test("says no with a reason, and nothing happens", async () => {
    await using work = Workspace.make("notes");
    await using remote = await RemoteUser.over(work);
    const run = await work.plan([write], { begin: false });
    const terminal = recordingTerminal(SCREEN, "keyboard");
    const running = said(remote.world, ["run", run], terminal);
    await until(terminal, "Approve?");
    await sleep(SETTLE + TURN_MS);
    terminal.press("n\r");
    await until(terminal, "Why not");
    await sleep(SETTLE + TURN_MS);
    for (const key of "tests first\r") terminal.press(key);
    expect(await running).toMatchObject({ exit: 1, out: expect.stringContaining("nothing was changed") as unknown });
    expect((await work.view(run)).status).toBe("rejected");
  }, 30_000);

  test("says yes to one and no to the next, and is not told that nothing was changed", async () => {
    await using work = Workspace.make("notes");
    await using remote = await RemoteUser.over(work);
    const next = { ...write, id: "next", params: { path: "next.md", text: "# Next\n" }, depends_on: ["write"] };
    const run = await work.plan([write, next], { begin: false });
    const terminal = recordingTerminal(SCREEN, "keyboard");
    const running = said(remote.world, ["run", run], terminal);
    await until(terminal, "Approve?");
    await sleep(SETTLE + TURN_MS);
    terminal.press("y\r");
    await until(terminal, "Approve?", 2);
    await sleep(SETTLE + TURN_MS);
    terminal.press("n\r");
    await until(terminal, "Why not");
    await sleep(SETTLE + TURN_MS);
    for (const key of "enough\r") terminal.press(key);
    await until(terminal, "Take back");
    await until(terminal, "Approve?", 3);
    await sleep(SETTLE + TURN_MS);
    terminal.press("n\r");
    await until(terminal, "Why not", 2);
    await sleep(SETTLE + TURN_MS);
    for (const key of "it may stay\r") terminal.press(key);
    const { exit, out } = await running;
    expect(exit).toBe(1);
    expect(out).toContain("next was not done");
    expect(out).not.toContain("nothing was changed");
    expect(work.text("out.md")).toBe("# New\n");
  }, 30_000);

  test("of what cannot be undone types its word", async () => {
    await using work = Workspace.make("notes");
    await using remote = await RemoteUser.over(work);
    const run = await work.plan([remove], { begin: false });
    const terminal = recordingTerminal(SCREEN, "keyboard");
    const running = said(remote.world, ["run", run], terminal);
    await until(terminal, "ideas.md");
    await until(terminal, "›");
    await sleep(SETTLE + TURN_MS);
    terminal.press("y\r");
    await sleep(10 * TURN_MS);
    expect((await work.view(run)).status).toBe("awaiting_gate");
    terminal.press("\u0003");
    expect((await running).exit).toBe(3);
    expect(work.text("ideas.md")).not.toBe("");
  }, 30_000);

  test("is asked no more once somebody else decided", async () => {
    await using work = Workspace.make("notes");
    await using remote = await RemoteUser.over(work);
    const run = await work.plan([write], { begin: false });
    const terminal = recordingTerminal(SCREEN, "keyboard");
    const running = said(remote.world, ["run", run], terminal);
    await until(terminal, "Approve?");
    await work.approve(run);
    expect((await running).exit).toBe(0);
    expect((await work.facts(run)).filter(({ type }) => type === "approval_granted")).toHaveLength(1);
  }, 30_000);

  test("hears of all runs while watching, and follows one to its end", async () => {
    await using work = Workspace.make("notes");
    await using remote = await RemoteUser.over(work);
    const run = await work.plan([write]);
    const [watching, following] = [recordingTerminal(SCREEN, "keyboard"), recordingTerminal(SCREEN)];
    const watched = said(remote.world, ["watch"], watching);
    const followed = said(remote.world, ["show", run, "--follow"], following);
    await until(watching, "1 run needs you");
    await until(following, "asks you");
    await work.approve(run);
    expect((await followed).exit).toBe(0);
    await until(watching, "completed");
    watching.press("q");
    expect((await watched).exit).toBe(0);
  }, 30_000);
});

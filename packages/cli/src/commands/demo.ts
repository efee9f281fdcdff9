import { copyFileSync, existsSync, mkdirSync, readdirSync, utimesSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { OrchestratorError } from "@writ/core";
import { createRequest, type Desk, planFailure } from "@writ/runtime";
import { hasOption } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { PRODUCT } from "../compose-parts.ts";
import { openDeskAt, systemClockOf, workspaceAt } from "../compose.ts";
import { createWorkspace } from "../compose-workspace.ts";
import { Drive, taskJson } from "../drive.ts";
import { exitOfRun } from "../exit.ts";
import { showEnd } from "../show-end.ts";
import { demoHead } from "../terminal/demo-view.ts";
import { factLine } from "../terminal/fact-line.ts";
import { runHeadLines } from "../terminal/plan-view.ts";
import { suggestionLines } from "../terminal/receipt-view.ts";
import { runHead } from "../views/plan.ts";
import type { RunId } from "@writ/core";

const GOAL = "Find new docs from the last 24 hours and summarize them";
const NOTES = new URL("../../demo-notes/", import.meta.url);
/** Notes that count as new; the others are dated back. */
const NEW: ReadonlySet<string> = new Set(["release.md", "support.md", "meeting-platform.md"]);
const DAYS_BACK = 9;

/** `writ demo`: the whole story, offline. Without a terminal it stops at the gate; `--approve` passes it, or goes on with it later. */
export async function run(setting: Setting): Promise<ExitCode> {
  const { world, terminal, invocation } = setting;
  const isHere = readdirSync(world.cwd).length === 0 || existsSync(join(world.cwd, ".orchestrate"));
  const folder = isHere ? world.cwd : join(world.cwd, "writ-demo");
  const isNew = !existsSync(join(folder, ".orchestrate"));
  if (isNew) makeNotes(folder);
  const paths = isNew ? createWorkspace(world, folder, PRODUCT) : workspaceAt(folder);
  const desk = await openDeskAt(world, paths);
  try {
    const shown = relative(world.cwd, folder);
    if (!invocation.json && terminal.screen().form === "block") {
      terminal.out([
        [],
        ...demoHead(terminal.screen(), {
          notes: readdirSync(fileURLToPath(NOTES)).length,
          folder: shown === "" ? "this folder" : `./${shown}`,
        }),
        [],
      ]);
    }
    return await tell(desk, setting, shown);
  } finally {
    await desk.close();
  }
}

async function tell(desk: Desk, setting: Setting, folder: string): Promise<ExitCode> {
  const { terminal, invocation } = setting;
  const waiting = await waitingRun(desk);
  const id = waiting ?? (await begin(desk));
  await desk.send({ method: "rest", run: id });
  const { state } = await desk.history(id);
  if (state.plan === null) throw planFailure(state);
  const setup = desk.planSetting(state.settings?.mode ?? null);
  const isBlock = terminal.screen().form === "block";
  if (!invocation.json && isBlock)
    terminal.out([...runHeadLines(terminal.screen(), runHead(state.plan, setup, GOAL, null)), []]);
  if (!invocation.json && !isBlock && waiting === null) {
    const gates = runHead(state.plan, setup, GOAL, null).steps.filter((step) => step.gated).length;
    terminal.out([
      factLine(terminal.screen(), {
        at: state.startedAt,
        noun: "plan",
        name: null,
        state: "verified",
        tookMs: null,
        words: [state.plan.hash],
        values: [
          { key: "steps", value: state.plan.block.steps.length },
          { key: "gates", value: gates },
        ],
        text: null,
      }),
    ]);
  }
  const approves = hasOption(invocation, "--approve");
  if (approves) await approveOpen(desk, id);
  const drive = new Drive(desk, id, setting, systemClockOf());
  const driven = await drive.until(
    terminal.keyboard === null || approves || invocation.json ? "exit" : "ask",
    invocation.json,
  );
  if (invocation.json) terminal.json(await taskJson(desk, id));
  else await showEnd(desk, setting, id);
  const exit = driven.wasInterrupted ? 130 : exitOfRun(driven.state);
  if (exit === 0 && !invocation.json && isBlock) {
    const into = folder === "" ? "" : `cd ${folder} && `;
    terminal.out([
      [],
      ...suggestionLines(terminal.screen(), "Try next", [
        { command: `${into}writ show ${id.slice(4, 14)}`, purpose: "what happened, and why" },
        { command: `${into}writ replay ${id.slice(4, 14)}`, purpose: "the same facts again, with no tool" },
        { command: 'writ run "Weekly notes into a task list"', purpose: null },
      ]),
    ]);
  }
  return exit;
}

async function begin(desk: Desk): Promise<RunId> {
  const { run: made } = await desk.send(createRequest({ goal: GOAL, door: "demo" }));
  return desk.runNamed(String(made));
}

/** A demo that was left at its gate goes on. */
async function waitingRun(desk: Desk): Promise<RunId | null> {
  const [view] = await desk.store.views.runs({ statuses: ["awaiting_gate"], before: null, limit: 1 });
  return view === undefined || view.door !== "demo" ? null : desk.runNamed(view.run_id);
}

async function approveOpen(desk: Desk, run: RunId): Promise<void> {
  for (const each of await desk.store.views.approvals({ statuses: ["waiting"], run, limit: 10 })) {
    await desk.send({ method: "approve", approval: each.approval_id });
  }
}

function makeNotes(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const source = fileURLToPath(NOTES);
  const now = systemClockOf().now() / 1_000;
  for (const [index, name] of readdirSync(source).entries()) {
    const target = join(folder, name);
    if (existsSync(target))
      throw new OrchestratorError("input_malformed", `${target} is there already; run writ demo in an empty folder`);
    copyFileSync(join(source, name), target);
    const age = NEW.has(name) ? 3_600 * (index + 1) : 86_400 * (DAYS_BACK + index);
    utimesSync(target, now - age, now - age);
  }
}

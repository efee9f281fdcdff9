import { resolve } from "node:path";
import {
  isTerminal,
  OrchestratorError,
  parseId,
  POLICY_MODES,
  runStatus,
  type BudgetDocument,
  type PolicyMode,
  type RunId,
  factDocuments,
} from "@writ/core";
import { createRequest, type CreateRequest, type RunDesk, planFailure } from "@writ/runtime";
import { hasOption, optionOf, optionsOf, argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk, systemClockOf } from "../compose.ts";
import { Drive, taskJson, type OnApproval } from "../drive.ts";
import { exitOfRun } from "../exit.ts";
import { reportError } from "../error-report.ts";
import { readInputs } from "../inputs.ts";
import { readPlanFile, readText } from "../plan-file.ts";
import { showEnd } from "../show-end.ts";
import { planLines, runHeadLines } from "../terminal/plan-view.ts";
import { say } from "../terminal/span.ts";
import { planView, runHead } from "../views/plan.ts";
import { wholeNumber } from "../whole-number.ts";

const FILE = /\.(json|ya?ml)$/;

/** `writ run "<goal>" | <run-id> | <plan.json>`: starts or continues a run and stays with it. */
export async function run(setting: Setting): Promise<ExitCode> {
  const { invocation } = setting;
  const what = argumentOf(invocation, "what") ?? "";
  refuseQuestions(setting);
  return atRunDesk(setting.world, invocation, async (desk) => {
    if (hasOption(invocation, "--dry-run")) return await dryRun(desk, setting, what);
    const id = await begun(desk, setting, what);
    return await stay(desk, setting, id);
  });
}

async function begun(desk: RunDesk, setting: Setting, what: string): Promise<RunId> {
  const { invocation } = setting;
  const isGoal = hasOption(invocation, "--goal");
  if (!isGoal && parseId("run", what).ok) {
    const id = await desk.runNamed(what);
    const view = await desk.store.views.run(id);
    if (view?.status === "planned" || view?.status === "paused") await desk.send({ method: "resume", run: id });
    else if (view?.ended_at_ms != null)
      throw new OrchestratorError("run_ended", `${id} has ended as ${view.status}; see it with: writ show ${id}`);
    return id;
  }
  const { run: made } = await desk.send(requestFor(desk, setting, what));
  return desk.runNamed(String(made));
}

/** The request a command line makes: a goal, or a plan from a file. */
export function requestFor(desk: RunDesk, { invocation, world }: Setting, what: string): CreateRequest {
  const isFile = !hasOption(invocation, "--goal") && FILE.test(what);
  const plan = isFile ? readPlanFile(resolve(world.cwd, what), what) : null;
  const mode = optionOf(invocation, "--mode");
  return createRequest({
    goal: plan === null ? what : `the plan ${what}`,
    plan,
    author: plan === null ? null : "person",
    inputs: readInputs(desk, world.cwd, optionsOf(invocation, "--input")),
    context: optionsOf(invocation, "--context").map((file) => ({
      name: file,
      text: readText(resolve(world.cwd, file), file),
    })),
    door: "run",
    mode: mode === undefined ? null : policyMode(mode),
    budget: budgetOf(invocation),
  });
}

function policyMode(text: string): PolicyMode {
  const mode = POLICY_MODES.find((each) => each === text);
  if (mode === undefined)
    throw new OrchestratorError("input_malformed", `${text} is no policy mode; use one of ${POLICY_MODES.join(", ")}`);
  return mode;
}

function budgetOf(invocation: Setting["invocation"]): BudgetDocument {
  const steps = wholeNumber(invocation, "--max-steps", 0);
  return steps === null ? {} : { steps };
}

async function dryRun(desk: RunDesk, setting: Setting, what: string): Promise<ExitCode> {
  const { terminal, invocation } = setting;
  const request = requestFor(desk, setting, what);
  const { plan, findings, strictness } = await desk.dryRun(request);
  const { tier, passes, warningsAreErrors, objects } = strictness;
  if (invocation.json)
    terminal.json({
      plan_hash: plan.hash,
      verdict: "ok",
      findings,
      strictness: { tier, passes, warnings_are_errors: warningsAreErrors, objects },
    });
  else
    terminal.out(
      planLines(terminal.screen(), planView(plan, desk.planSetting(request.mode), desk.config, `writ run ${what}`)),
    );
  return 0;
}

/**
 * Shows a run until it rests, asks where it may, and says how it ended.
 *
 * @param since the version up to which it was shown before
 */
export async function stay(desk: RunDesk, setting: Setting, id: RunId, since = 0): Promise<ExitCode> {
  const { terminal, invocation } = setting;
  const streams = hasOption(invocation, "--events");
  const isQuiet = isForPrograms(invocation);
  if (!isQuiet && since === 0) await head(desk, setting, id);
  const drive = new Drive(desk, id, setting, systemClockOf(), {
    since,
    seen: (entry) => {
      if (streams) for (const line of factDocuments(entry)) terminal.json(line);
    },
  });
  const driven = await drive.until(onApprovalOf(setting), isQuiet);
  if (invocation.json && !streams) terminal.json(await taskJson(desk, id));
  else if (!isQuiet) await showEnd(desk, setting, id);
  const { state } = driven;
  if (state.plan === null && state.status === "ended") return reportError(setting, planFailure(state), false);
  if (driven.wasInterrupted && !isTerminal(runStatus(state))) return 130;
  return exitOfRun(state);
}

function onApprovalOf({ invocation, terminal }: Setting): OnApproval {
  const given = optionOf(invocation, "--on-approval");
  if (given === "wait" || given === "exit") return given;
  return terminal.keyboard === null || isForPrograms(invocation) ? "exit" : "ask";
}

function isForPrograms(invocation: Setting["invocation"]): boolean {
  return invocation.json || hasOption(invocation, "--events");
}

/** A question would stand among the documents. @throws OrchestratorError `usage` */
export function refuseQuestions({ invocation }: Setting): void {
  if (optionOf(invocation, "--on-approval") !== "ask" || !isForPrograms(invocation)) return;
  const mode = invocation.json ? "--json" : "--events";
  throw new OrchestratorError(
    "usage",
    `${mode} prints for programs and asks nothing; use --on-approval wait or exit, or leave ${mode} out`,
  );
}

async function head(desk: RunDesk, { terminal }: Setting, id: RunId): Promise<void> {
  const { state } = await desk.history(id);
  if (state.plan === null) return;
  const lines = runHeadLines(
    terminal.screen(),
    runHead(state.plan, desk.planSetting(state.settings?.mode ?? null), null, null),
  );
  terminal.out([...lines, []]);
}

/** After a person's word was recorded: says so, and stays with the run that goes on. */
export async function goOn(desk: RunDesk, setting: Setting, id: RunId, recorded: string): Promise<ExitCode> {
  const { terminal, invocation } = setting;
  if (invocation.json) {
    await desk.send({ method: "rest", run: id });
    terminal.json(await taskJson(desk, id));
  } else {
    terminal.out([say(terminal.screen(), "plain", `  ${recorded}`), []]);
    await stay(desk, setting, id);
  }
  return 0;
}

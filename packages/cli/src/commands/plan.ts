import { type Desk, planFailure } from "@writ/runtime";
import { runStatus } from "@writ/core";
import { argumentOf, hasOption } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk } from "../compose.ts";
import { taskJson } from "../drive.ts";
import { exitOfRun } from "../exit.ts";
import { planLines } from "../terminal/plan-view.ts";
import { say } from "../terminal/span.ts";
import { planView } from "../views/plan.ts";
import { requestFor } from "./run.ts";

/** `writ plan "<goal>"`: plans, verifies, stores; nothing has run. */
export async function run(setting: Setting): Promise<ExitCode> {
  const { invocation, terminal, world } = setting;
  const goal = argumentOf(invocation, "goal") ?? "";
  return atDesk(world, invocation, async (desk) => {
    if (hasOption(invocation, "--explain")) return explain(desk, setting, goal);
    const { run: made } = await desk.send({ ...requestFor(desk, setting, goal), door: "plan", begin: false });
    const id = await desk.runNamed(String(made));
    await desk.send({ method: "rest", run: id });
    const { state } = await desk.history(id);
    if (state.plan === null || runStatus(state) !== "planned") throw planFailure(state);
    if (invocation.json) terminal.json({ ...(await taskJson(desk, id)), plan: state.plan.document });
    else
      terminal.out(
        planLines(
          terminal.screen(),
          planView(state.plan, desk.planSetting(state.settings?.mode ?? null), desk.config, `writ run ${id}`),
        ),
      );
    return exitOfRun(state) === 3 ? 0 : exitOfRun(state);
  });
}

function explain(desk: Desk, { invocation, terminal }: Setting, goal: string): ExitCode {
  const match = desk.explain(goal);
  if (invocation.json) {
    terminal.json({
      chosen: match.chosen?.template.ref ?? null,
      ranked: match.ranked.map(({ template, utterance, score }) => ({ template: template.ref, utterance, score })),
    });
    return 0;
  }
  const screen = terminal.screen();
  const head =
    match.chosen === null
      ? "  No template matches; the nearest first"
      : `  ${match.chosen.template.ref} answers this goal`;
  terminal.out([
    say(screen, "strong", head),
    [],
    ...match.ranked
      .slice(0, 8)
      .map(({ template, utterance, score }) =>
        say(screen, "plain", `  ${score.toFixed(2)}  ${template.ref.padEnd(20)}  ${utterance}`),
      ),
  ]);
  return match.chosen === null ? 2 : 0;
}

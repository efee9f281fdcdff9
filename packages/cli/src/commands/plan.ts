import { type RunDesk, planFailure } from "@writ/runtime";
import { runStatus } from "@writ/core";
import { argumentOf, hasOption } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk } from "../compose.ts";
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
  return atRunDesk(world, invocation, async (desk) => {
    if (hasOption(invocation, "--explain")) return await explain(desk, setting, goal);
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

async function explain(desk: RunDesk, { invocation, terminal }: Setting, goal: string): Promise<ExitCode> {
  const { chosen, ranked } = await desk.compare(goal);
  if (invocation.json) {
    terminal.json({ chosen, ranked });
    return 0;
  }
  const screen = terminal.screen();
  const head = chosen === null ? "  No template matches; the nearest first" : `  ${chosen} answers this goal`;
  terminal.out([
    say(screen, "strong", head),
    [],
    ...ranked
      .slice(0, 8)
      .map(({ template, utterance, score }) =>
        say(screen, "plain", `  ${score.toFixed(2)}  ${template.padEnd(20)}  ${utterance}`),
      ),
  ]);
  return chosen === null ? 2 : 0;
}

import type { RunDesk } from "@writ/runtime";
import { runStatus, type RunId } from "@writ/core";
import { argumentOf, optionOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk } from "../compose.ts";
import { namesFor } from "../compose-user.ts";
import { taskJson } from "../drive.ts";
import { runEndLines } from "../terminal/run-end-view.ts";
import { runEnd } from "../views/run-end.ts";
import { stay } from "./run.ts";

/** `writ pause | resume | cancel <run>` */
export async function run(setting: Setting): Promise<ExitCode> {
  const { invocation, world } = setting;
  return atRunDesk(world, invocation, async (desk) => {
    const id = await desk.runNamed(argumentOf(invocation, "run") ?? "");
    switch (invocation.command) {
      case "pause":
        await desk.send({ method: "pause", run: id });
        return await told(desk, setting, id);
      case "cancel":
        await desk.send({
          method: "cancel",
          run: id,
          reason: optionOf(invocation, "--reason") ?? "cancelled at the command line",
        });
        await desk.send({ method: "rest", run: id });
        return await told(desk, setting, id);
      default:
        await desk.send({ method: "resume", run: id });
        return await stay(desk, setting, id);
    }
  });
}

/** Says what became of the run. What was asked for was done, so this is no failure, whatever state it is in now. */
async function told(desk: RunDesk, { invocation, terminal, world }: Setting, run: RunId): Promise<ExitCode> {
  if (invocation.json) {
    terminal.json(await taskJson(desk, run));
    return 0;
  }
  const { state, approvals, artifacts } = await desk.history(run);
  const isMoving = runStatus(state) === "in_progress";
  const view = isMoving
    ? ({
        kind: "other",
        state: "in_progress",
        sentence: "what was sent is awaited; nothing new starts",
        next: `writ show ${run} --follow`,
      } as const)
    : runEnd(state, approvals, artifacts.length, namesFor(world));
  terminal.out(runEndLines(terminal.screen(), view));
  return 0;
}

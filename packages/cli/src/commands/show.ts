import { taskView } from "@writ/core";
import { argumentOf, hasOption } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk } from "../compose.ts";
import { showCheckpoints } from "../show-checkpoints.ts";
import { showRecord } from "../show-record.ts";
import { followRun, showRun } from "../show-run.ts";

/** `writ show <run>`: where it stands, its steps, what happened, and what can be done next. */
export async function run(setting: Setting): Promise<ExitCode> {
  const { invocation, terminal, world } = setting;
  return atRunDesk(world, invocation, async (desk) => {
    const id = await desk.runNamed(argumentOf(invocation, "run") ?? "");
    if (hasOption(invocation, "--checkpoints")) return await showCheckpoints(desk, setting, id);
    if (hasOption(invocation, "--record")) return await showRecord(desk, setting, id);
    if (hasOption(invocation, "--follow")) return await followRun(desk, setting, id);
    const history = await desk.history(id);
    if (invocation.json) terminal.json(taskView(history.state, history.approvals, history.artifacts));
    else showRun(setting, history);
    return 0;
  });
}

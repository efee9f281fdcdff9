import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk } from "../compose.ts";
import { refuseQuestions, stay } from "./run.ts";

/** `writ undo <run>`: takes back what a run did, newest first, as a run of its own behind the same gates. */
export async function run(setting: Setting): Promise<ExitCode> {
  const { invocation, world } = setting;
  refuseQuestions(setting);
  return atDesk(world, invocation, async (desk) => {
    const undone = await desk.runNamed(argumentOf(invocation, "run") ?? "");
    const { run: made } = await desk.send({ method: "undo", run: undone });
    return await stay(desk, setting, await desk.runNamed(String(made)));
  });
}

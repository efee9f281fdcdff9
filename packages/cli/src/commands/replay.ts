import { replayDocument, replayRecorded } from "@writ/runtime";
import { argumentOf, optionOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk } from "../compose.ts";
import { replayAgainst } from "../replay-against.ts";
import { policyReplayLines, replayLines } from "../terminal/replay-view.ts";
import { shortId } from "../views/short-id.ts";
import { replayView } from "../views/replay.ts";

/** `writ replay <run> [--against POLICY]`: a difference of what was recorded is exit 5, an answer about another policy is 0. */
export async function run(setting: Setting): Promise<ExitCode> {
  const { invocation, terminal } = setting;
  return atRunDesk(setting.world, invocation, async (desk) => {
    const id = await desk.runNamed(argumentOf(invocation, "run") ?? "");
    const against = optionOf(invocation, "--against");
    if (against !== undefined) {
      const answer = await replayAgainst(desk, setting, id, against);
      if (invocation.json) terminal.json({ run: id, against, ...answer.json });
      else terminal.out(policyReplayLines(terminal.screen(), answer.view));
      return 0;
    }
    const { found, of } = await replayRecorded(desk, id);
    if (invocation.json) terminal.json(replayDocument(id, found, of));
    else terminal.out(replayLines(terminal.screen(), replayView(found, of, await shortId(desk, id))));
    return found.result === "equal" ? 0 : 5;
  });
}

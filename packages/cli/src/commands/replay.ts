import { argumentOf, optionOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk } from "../compose.ts";
import { replayAgainst } from "../replay-against.ts";
import { policyReplayLines, replayLines } from "../terminal/replay-view.ts";
import { shortId } from "../views/short-id.ts";
import { isJsonArray, isJsonObject, OrchestratorError, parseStrict, replay, type StoredEntry } from "@writ/core";
import { plain } from "../event-line.ts";
import { replayView } from "../views/replay.ts";

/** `writ replay <run> [--against POLICY]`: a difference of what was recorded is exit 5, an answer about another policy is 0. */
export async function run(setting: Setting): Promise<ExitCode> {
  const { invocation, terminal } = setting;
  return atDesk(setting.world, invocation, async (desk) => {
    const id = await desk.runNamed(argumentOf(invocation, "run") ?? "");
    const against = optionOf(invocation, "--against");
    if (against !== undefined) {
      const answer = await replayAgainst(desk, setting, id, against);
      if (invocation.json) terminal.json({ run: id, against, ...answer.json });
      else terminal.out(policyReplayLines(terminal.screen(), answer.view));
      return 0;
    }
    // Not by way of the run's history: that is folded from the very bytes in question.
    const stored = await desk.store.journal.read(id);
    const found = replay(id, stored, await desk.rulesOf(id));
    if (found.result === "not_replayable")
      throw new OrchestratorError(
        "replay_input_missing",
        `${found.reason} (entry ${found.version} of ${id}); its proofs still hold: writ audit prove ${id}`,
      );
    const of = stored.reduce((sum, entry) => sum + factsIn(entry), 0);
    if (invocation.json) {
      const { result } = found;
      terminal.json(
        found.result === "equal"
          ? { run: id, result, versions: found.versions, facts: found.facts }
          : {
              run: id,
              result,
              version: found.version,
              fact: found.position,
              of,
              step: found.step,
              recorded: found.recorded && plain(found.recorded),
              derived: found.derived && plain(found.derived),
              moved: found.moved,
            },
      );
    } else {
      terminal.out(replayLines(terminal.screen(), replayView(found, of, await shortId(desk, id))));
    }
    return found.result === "equal" ? 0 : 5;
  });
}

/** How many facts an entry's bytes hold; none where they cannot be read any more. */
function factsIn({ bytes }: StoredEntry): number {
  try {
    const entry = parseStrict(bytes);
    const facts = isJsonObject(entry) ? entry["facts"] : undefined;
    return facts !== undefined && isJsonArray(facts) ? facts.length : 0;
  } catch (error) {
    if (error instanceof OrchestratorError) return 0;
    throw error;
  }
}

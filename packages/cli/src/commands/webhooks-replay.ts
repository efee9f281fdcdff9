import { OrchestratorError } from "@writ/core";
import { argumentOf, hasOption } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk } from "../compose.ts";
import { counted } from "@writ/core/text/figure";
import { toldLines } from "../terminal/told-lines.ts";

/** `writ webhooks replay <id> | --all`: dead letters are tried again, under the ids they had. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const id = argumentOf(invocation, "id") ?? null;
  if ((id === null) !== hasOption(invocation, "--all"))
    throw new OrchestratorError(
      "usage",
      "name one dead letter, or all of them: writ webhooks replay <id>, or writ webhooks replay --all",
    );
  return atDesk(world, invocation, async (desk) => {
    const answer = await desk.send({ method: "replay_deliveries", delivery: id });
    const left = Number(answer["left"]);
    if (invocation.json) terminal.json(answer);
    else
      terminal.out(
        toldLines(terminal.screen(), {
          title: "Put back",
          sentence: `${counted(Number(answer["replayed"]), "dead letter")}, tried as if new`,
          rows: left === 0 ? [] : [{ label: "left", value: `${left}: their destination is gone or not configured` }],
          next: { title: "See how it goes", command: "writ webhooks list" },
        }),
      );
    return 0;
  });
}

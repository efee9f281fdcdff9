import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk } from "../compose.ts";
import { toldLines } from "../terminal/told-lines.ts";

/** `writ token revoke <id>`: it holds no longer, nor do its logins; open streams end within seconds. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  return atDesk(world, invocation, async (desk) => {
    const answer = await desk.send({ method: "token_revoke", token: argumentOf(invocation, "token") ?? "" });
    if (invocation.json) terminal.json(answer);
    else
      terminal.out(
        toldLines(terminal.screen(), {
          title: "Revoked",
          sentence: String(answer["id"]),
          rows: [],
          next: { title: "Those that hold", command: "writ token list" },
        }),
      );
    return 0;
  });
}

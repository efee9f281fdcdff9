import { optionOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk } from "../compose.ts";
import { toldLines } from "../terminal/told-lines.ts";

/** `writ key rotate`: a person's to do. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const wanted = optionOf(invocation, "--reason");
  const reason = wanted === "compromised" || wanted === "other" ? wanted : "scheduled";
  return atDesk(world, invocation, async (desk) => {
    const answer = await desk.send({ method: "key_rotate", reason });
    const key = String(answer["key"]);
    if (invocation.json) terminal.json(answer);
    else
      terminal.out(
        toldLines(terminal.screen(), {
          title: "New key",
          sentence: key,
          rows: [{ label: "entry", value: `${String(answer["seq"])} says so, signed by both keys` }],
          next: { title: "Tell those who pinned the old one, and back up the new file", command: "writ key show" },
        }),
      );
    return 0;
  });
}

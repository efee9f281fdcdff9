import { headOf } from "@writ/runtime";
import { hasOption } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { acceptLoss } from "../compose-accept-loss.ts";
import { assertPerson, atRunDesk } from "../compose.ts";
import { verifier } from "../compose-audit.ts";
import { assertServes } from "../server-choice.ts";
import { toldLines } from "../terminal/told-lines.ts";

/** `writ audit checkpoint`: the note itself on stdout, to be redirected into a file. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  if (hasOption(invocation, "--accept-loss")) {
    assertServes({ name: "audit checkpoint --accept-loss" }, { invocation, world });
    assertPerson(world, invocation);
    const { ended, size, started, archive } = await acceptLoss(world, invocation);
    if (invocation.json) terminal.json({ ended, size, started, archive });
    else
      terminal.out(
        toldLines(terminal.screen(), {
          title: "Loss accepted",
          sentence: `${ended} ended at ${size} entries; ${started} continues it, and says so`,
          rows: [{ label: "old log", value: `${archive}, to be read and exported` }],
          next: { title: "Runs start afresh in the new log", command: "writ audit verify" },
        }),
      );
    return 0;
  }
  return atRunDesk(world, invocation, async (desk) => {
    const note = String((await desk.send({ method: "sign_head" }))["note"]);
    const { origin, size, time } = headOf(verifier, note);
    if (invocation.json) terminal.json({ origin, size, time, note });
    else terminal.raw("out", note);
    return 0;
  });
}

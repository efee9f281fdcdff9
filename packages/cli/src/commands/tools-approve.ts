import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { assertPerson, atDesk } from "../compose.ts";
import { paragraph } from "../terminal/layout.ts";
import { say } from "../terminal/span.ts";
import { toolNamed } from "../tool-named.ts";

/** `writ tools approve [name]`: tools that ship with Writ need nobody's word; those of other servers will. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  assertPerson(world, invocation);
  return atDesk(world, invocation, async (desk) => {
    const name = argumentOf(invocation, "tool");
    const names = name === undefined ? [...desk.tools.keys()] : [toolNamed(desk, name).spec.name];
    if (invocation.json) terminal.json({ pending: [], built_in: names });
    else
      terminal.out(
        paragraph(
          terminal.screen(),
          2,
          say(
            terminal.screen(),
            "plain",
            "Nothing to approve: every tool here ships with Writ, and a changed one is no longer called by runs that began under the old one.",
          ),
        ),
      );
    return 0;
  });
}

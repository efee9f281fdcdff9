import { liftWords, liftDocument } from "@writ/runtime";
import type { ExitCode, Setting } from "../command-module.ts";
import { assertPerson, atDesk, systemClockOf } from "../compose.ts";
import { addLift } from "../compose-lift.ts";
import { toldLines } from "../terminal/told-lines.ts";
import { dayOn } from "../views/rules.ts";
import { wantedLift } from "../wanted-lift.ts";

/** `writ policy lift --tool NAME`: lets a bounded case run without asking, in this workspace, under a name that every record of it carries. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  assertPerson(world, invocation);
  return atDesk(world, invocation, async (desk) => {
    const { lift, never } = wantedLift(desk, invocation, systemClockOf().now());
    const file = addLift(world, desk.root, lift);
    if (invocation.json) {
      terminal.json({ lift: liftDocument(lift), workspace: desk.root, file, never_lifted: never });
      return 0;
    }
    const screen = terminal.screen();
    terminal.out(
      toldLines(screen, {
        title: "Lifted",
        sentence: liftWords(dayOn(screen), lift),
        rows: [
          { label: "name", value: `${lift.id}, in the record of each step it lets run` },
          { label: "where", value: `${file}, for ${desk.root}` },
          { label: "holds for", value: "runs that start from now on" },
          ...(never.length === 0 ? [] : [{ label: "still", value: `${never.join(", ")} as before` }]),
        ],
        next: { title: "Take it back with", command: `writ policy unlift ${lift.id}` },
      }),
    );
    return 0;
  });
}

import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { assertPerson, workspaceOf } from "../compose.ts";
import { removeLift } from "../compose-lift.ts";
import { toldLines } from "../terminal/told-lines.ts";

/** `writ policy unlift <id>`: the gate asks again. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  assertPerson(world, invocation);
  const id = argumentOf(invocation, "id") ?? "";
  const { root } = workspaceOf(world, invocation);
  const file = removeLift(world, root, id);
  if (invocation.json) terminal.json({ id, workspace: root, file });
  else
    terminal.out(
      toldLines(terminal.screen(), {
        title: "Taken back",
        sentence: `${id}; runs that start from now on ask again`,
        rows: [{ label: "where", value: `${file}, for ${root}` }],
        next: null,
      }),
    );
  return Promise.resolve(0);
}

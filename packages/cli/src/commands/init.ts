import { resolve } from "node:path";
import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { PRODUCT } from "../compose-parts.ts";
import { createWorkspace } from "../compose-workspace.ts";
import { say } from "../terminal/span.ts";

/** `writ init [DIR]` */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const paths = createWorkspace(
    world,
    resolve(invocation.workspace ?? world.cwd, argumentOf(invocation, "folder") ?? "."),
    PRODUCT,
  );
  const screen = terminal.screen();
  if (invocation.json) terminal.json({ workspace: paths.root, database: paths.database });
  else
    terminal.out([
      say(
        screen,
        "plain",
        `  ${paths.root} is a workspace; try: writ plan "Find new docs from the last 24 hours and summarize them"`,
      ),
    ]);
  return await Promise.resolve(0);
}

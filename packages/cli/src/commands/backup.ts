import { argumentOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { backUpWorkspace } from "../compose-upkeep.ts";
import { counted } from "@writ/core/text/figure";
import { toldLines } from "../terminal/told-lines.ts";

/** `writ backup [DIR]`: a copy of the journal, taken while it is in use. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const { folder, entries, key } = await backUpWorkspace(world, invocation, argumentOf(invocation, "folder") ?? null);
  if (invocation.json) {
    terminal.json({ folder, entries, key });
    return 0;
  }
  terminal.out(
    toldLines(terminal.screen(), {
      title: "Copied",
      sentence: `${counted(entries, "entry", "entries")}, intact`,
      rows: [
        { label: "folder", value: folder },
        { label: "left out", value: `the signing key, ${key}` },
        { label: "keeps", value: "what is erased later, until you delete it" },
      ],
      next: null,
    }),
  );
  return 0;
}

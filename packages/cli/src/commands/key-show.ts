import { keysOfLog } from "@writ/runtime";
import type { ExitCode, Setting } from "../command-module.ts";
import { atDesk } from "../compose.ts";
import { keyFileOf, verifier } from "../compose-audit.ts";
import { toldLines } from "../terminal/told-lines.ts";

/** `writ key show`: public parts only; the last one is what a receiver pins with --trust. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  return atDesk(world, invocation, async (desk) => {
    const periods = await keysOfLog(desk.store, verifier);
    const file = keyFileOf(world, desk.store.log.id);
    const keys = periods.map(({ seq, key }) => ({ since_entry: seq, key: key.text }));
    const inForce = keys.at(-1)?.key ?? "";
    if (invocation.json) terminal.json({ log: desk.store.log.id, key: inForce, keys, file });
    else
      terminal.out(
        toldLines(terminal.screen(), {
          title: "Key",
          sentence: inForce,
          rows: [
            ...keys
              .slice(0, -1)
              .map(({ since_entry: seq, key }) => ({ label: "before", value: `${key}, since entry ${seq}` })),
            { label: "since", value: `entry ${keys.at(-1)?.since_entry ?? 0}` },
            { label: "file", value: `${file}, outside the workspace` },
          ],
          next: null,
        }),
      );
    return 0;
  });
}

import { resolve } from "node:path";
import { OrchestratorError } from "@writ/core";
import { argumentsOf, hasOption, optionOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk } from "../compose.ts";
import { readGiven } from "../read-given.ts";
import { counted } from "@writ/core/text/figure";
import { toldLines } from "../terminal/told-lines.ts";

/** `writ audit export <run> DIR` or `writ audit export --all DIR`: a folder that somebody else verifies without trusting this machine. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const words = argumentsOf(invocation, "what");
  const isAll = hasOption(invocation, "--all");
  const [name, folder] = isAll ? [null, words[0]] : [words[0] ?? null, words[1]];
  if (folder === undefined || words.length !== (isAll ? 1 : 2)) {
    throw new OrchestratorError(
      "usage",
      "say what to export and where to: writ audit export <run> DIR, or writ audit export --all DIR",
    );
  }
  const since = optionOf(invocation, "--since");
  const note = since === undefined ? null : readGiven(world, since).toString("utf8");
  const target = resolve(world.cwd, folder);
  return atRunDesk(world, invocation, async (desk) => {
    const run = name === null ? null : await desk.runNamed(name);
    const answer = await desk.send({
      method: "audit_export",
      run,
      folder: target,
      since: note,
      payloads: hasOption(invocation, "--withhold") ? "withheld" : "included",
    });
    if (invocation.json) {
      terminal.json({ folder: target, ...answer });
      return 0;
    }
    const count = (field: string, noun: string, plural?: string): string =>
      counted(Number(answer[field] ?? 0), noun, plural);
    const payloads = hasOption(invocation, "--withhold") ? "payloads withheld" : count("payloads", "payload");
    terminal.out(
      toldLines(terminal.screen(), {
        title: "Exported",
        sentence: `${folder} · ${count("entries", "entry", "entries")} of ${Number(answer["size"])}, ${payloads}, ${count("documents", "document")}`,
        rows: [{ label: "key", value: String(answer["key"]) }],
        next: { title: "Verify", command: `writ verify-bundle ${folder} --trust ${String(answer["key"])}` },
      }),
    );
    return 0;
  });
}

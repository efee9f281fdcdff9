import { reportHtml, reportMarkdown, reportOf } from "@writ/core";
import { argumentOf, optionOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { atRunDesk } from "../compose.ts";

/** `writ report <run>`: the run as a document on stdout. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const format = invocation.json ? "json" : optionOf(invocation, "--format");
  return atRunDesk(world, invocation, async (desk) => {
    const id = await desk.runNamed(argumentOf(invocation, "run") ?? "");
    const report = reportOf(await desk.history(id));
    if (format === "json") terminal.json(report);
    else terminal.raw("out", format === "html" ? reportHtml(report) : reportMarkdown(report));
    return 0;
  });
}

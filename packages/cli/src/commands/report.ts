import { reportHtml, reportMarkdown, reportOf } from "@writ/core";
import { argumentOf, optionOf } from "../argv/invocation.ts";
import type { ExitCode, Setting } from "../command-module.ts";
import { openDesk } from "../compose.ts";

/** `writ report <run>`: the run as a document on stdout. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const desk = await openDesk(world, invocation);
  try {
    const id = await desk.runNamed(argumentOf(invocation, "run") ?? "");
    const report = reportOf(await desk.history(id));
    const format = invocation.json ? "json" : optionOf(invocation, "--format");
    if (format === "json") terminal.json(report);
    else terminal.raw("out", format === "html" ? reportHtml(report) : reportMarkdown(report));
    return 0;
  } finally {
    await desk.close();
  }
}

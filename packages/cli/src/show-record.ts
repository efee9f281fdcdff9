import type { RunId } from "@writ/core";
import type { RunDesk } from "@writ/runtime";
import type { ExitCode, Setting } from "./command-module.ts";
import { visibleJson } from "./terminal.ts";

/** Prints the decision record. @throws OrchestratorError `nothing_to_answer`, `log_corrupt` */
export async function showRecord(desk: RunDesk, { terminal, invocation }: Setting, run: RunId): Promise<ExitCode> {
  const document = await desk.record(run);
  if (invocation.json) terminal.json(document);
  else terminal.raw("out", `${visibleJson(document, 2)}\n`);
  return 0;
}

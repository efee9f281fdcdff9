import { digestOf, OrchestratorError, type RunId } from "@writ/core";
import type { ExitCode, Setting } from "./command-module.ts";
import type { Desk } from "./desk.ts";
import { visibleJson } from "./terminal.ts";

/**
 * Prints the decision record, as it is stored and under its digest.
 *
 * @throws OrchestratorError `nothing_to_answer` before the run has ended, `log_corrupt` if the stored bytes are others
 */
export async function showRecord(desk: Desk, { terminal, invocation }: Setting, run: RunId): Promise<ExitCode> {
  const { entries, state } = await desk.history(run);
  const ended = entries.flatMap((entry) => entry.facts).find((fact) => fact.type === "run_ended");
  if (ended?.type !== "run_ended") {
    throw new OrchestratorError(
      "nothing_to_answer",
      `${run} has not ended, so there is no decision record yet; see where it stands with: writ show ${run}`,
    );
  }
  const document = await desk.store.documents.get(ended.record_hash);
  if (document === null || digestOf(state.rules.hash, document) !== ended.record_hash) {
    throw new OrchestratorError(
      "log_corrupt",
      `the decision record of ${run} is not the one its journal names; keep the folder as it is and run: writ audit verify`,
      { details: { digest: ended.record_hash } },
    );
  }
  if (invocation.json) terminal.json(document);
  else terminal.raw("out", `${visibleJson(document, 2)}\n`);
  return 0;
}

import { OrchestratorError, type RunId } from "@writ/core";
import type { RunDesk } from "@writ/runtime";
import type { ExitCode, Setting } from "./command-module.ts";
import { columns } from "./terminal/columns.ts";
import { shortDigest } from "@writ/core/text/figure";
import { say } from "./terminal/span.ts";

/** Derives every checkpoint of a run again and holds it against the stored one. @returns 5 unless all are equal */
export async function showCheckpoints(desk: RunDesk, { terminal, invocation }: Setting, run: RunId): Promise<ExitCode> {
  const found = await desk.checkpoints(run);
  const screen = terminal.screen();
  if (invocation.json) {
    terminal.json(found.map(({ digest, kept, document }) => ({ digest, stored: kept, document })));
  } else if (found.length === 0) {
    terminal.out([say(screen, "plain", "  No step was judged yet, so there is no checkpoint.")]);
  } else {
    terminal.out(
      columns(
        screen,
        2,
        found.map(({ digest, document, kept }) => [
          say(screen, "dim", String(document["sequence"])),
          say(screen, "plain", String(document["after_step"] ?? "the run")),
          say(screen, "plain", String(document["critic_verdict"] ?? document["terminal_status"] ?? "")),
          say(screen, "plain", screen.form === "lines" ? digest : shortDigest(digest)),
          say(screen, kept === "equal" ? "plain" : "bad", kept === "equal" ? "stored, equal" : `stored: ${kept}`),
        ]),
      ),
    );
  }
  const wrong = found.filter(({ kept }) => kept !== "equal");
  if (wrong.length === 0) return 0;
  // A program has been told, and reads one document.
  if (invocation.json) return 5;
  throw new OrchestratorError(
    "log_corrupt",
    `${wrong.length} of ${found.length} stored checkpoints are not what the journal says; keep the folder as it is and run: writ audit verify`,
  );
}

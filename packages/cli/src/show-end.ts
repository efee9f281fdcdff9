import type { RunDesk } from "@writ/runtime";
import { runStatus, type RunId, type RunState } from "@writ/core";
import type { Setting } from "./command-module.ts";
import { namesFor } from "./compose-user.ts";
import { factLine } from "./terminal/fact-line.ts";
import { receiptLines } from "./terminal/receipt-view.ts";
import { runEndLines } from "./terminal/run-end-view.ts";
import { receiptView } from "./views/receipt.ts";
import { runEnd } from "./views/run-end.ts";

const DEMO_APPROVE = "writ demo --approve";

/** How a run came to rest: its end in words, its receipt when it is over, and what waits for whom. */
export async function showEnd(desk: RunDesk, { terminal, world }: Setting, run: RunId): Promise<void> {
  const { state, approvals, artifacts } = await desk.history(run);
  if (runStatus(state) === "completed") await desk.send({ method: "rest", run });
  const screen = terminal.screen();
  if (screen.form !== "block") {
    const status = runStatus(state);
    terminal.out([
      factLine(screen, {
        at: state.now,
        noun: "run",
        name: run,
        state: status,
        tookMs: null,
        words: [],
        values: [],
        text: null,
      }),
    ]);
    for (const each of approvals.filter((approval) => approval.status === "waiting")) {
      terminal.err([
        [{ role: "plain", text: `writ: ${each.step} waits for approval and there is no terminal to ask; run:` }],
        [{ role: "plain", text: `writ approvals approve ${each.approval_id}${otherWay(state)}` }],
      ]);
    }
    return;
  }
  const nameOf = namesFor(world);
  terminal.out(runEndLines(screen, runEnd(state, approvals, artifacts.length, nameOf)));
  if (runStatus(state) === "awaiting_gate" && state.door === "demo" && terminal.keyboard === null)
    terminal.err([[{ role: "plain", text: `writ: nobody can be asked here; pass the gate with: ${DEMO_APPROVE}` }]]);
  if (runStatus(state) === "completed")
    terminal.out([[], ...receiptLines(screen, await receiptView(desk, run, nameOf))]);
}

/** A demo has a shorter way past its gate. */
function otherWay({ door }: RunState): string {
  return door === "demo" ? ` (or: ${DEMO_APPROVE})` : "";
}

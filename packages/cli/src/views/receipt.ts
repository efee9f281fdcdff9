import type { RunId } from "@writ/core";
import type { ReceiptView } from "../terminal/view.ts";
import { replayRun, type RunDesk } from "@writ/runtime";
import type { NameOf } from "./name-of.ts";

/** What a run leaves as its proof: what it wrote, who allowed it, and that log and replay agree. */
export async function receiptView(desk: RunDesk, run: RunId, nameOf: NameOf): Promise<ReceiptView> {
  const history = await desk.history(run);
  const log = await desk.checkLog();
  const again = replayRun(run, history);
  const lifted = new Set<string>();
  for (const fact of history.entries.flatMap((entry) => entry.facts)) {
    if (fact.type === "step_started" && "rules" in fact.authority)
      for (const rule of fact.authority.rules) if (!rule.startsWith("policy.")) lifted.add(rule);
  }
  return {
    run,
    wrote: [
      ...new Map(
        history.artifacts.map((each) => [each.path, { path: each.path, digest: `sha256:${each.sha256}` }]),
      ).values(),
    ],
    approved: history.approvals
      .filter((each) => each.decided_at_ms !== null && (each.status === "granted" || each.status === "used"))
      .map((each) => ({
        by: each.decided_by === null ? "somebody" : nameOf(each.decided_by),
        at: each.decided_at_ms ?? 0,
        scope: "for this content only",
      })),
    lifted: [...lifted],
    log: {
      entries: log.size,
      verdict: log.isIntact ? "intact" : "not_intact",
      signature: log.signedSize >= log.size ? "signed" : "pending",
      head: log.root,
    },
    replay: {
      facts: again.result === "equal" ? again.facts : 0,
      verdict: again.result === "equal" ? "same" : "different",
    },
  };
}

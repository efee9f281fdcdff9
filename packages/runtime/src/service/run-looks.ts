import type { VerifierPlatform } from "@writ/core";
import type { Store } from "../ports/store.ts";
import type { Desk } from "./desk.ts";
import { keysOfLog } from "./log-keys.ts";
import { inclusionProofs } from "./log-proofs.ts";
import { refusedPlan } from "./plan-refusal.ts";
import { verifyLog } from "./proofs.ts";
import { checkpointsOf, decisionRecord } from "./run-documents.ts";
import type { RunDesk } from "./run-desk.ts";

/** What is looked up in the store of one's own. */
export function ownLooks(
  desk: Pick<Desk, "check" | "history" | "send" | "toolRules"> & { readonly store: Store },
  platform: VerifierPlatform,
): Pick<RunDesk, "dryRun" | "record" | "checkpoints" | "checkLog" | "proofs" | "moved"> {
  const { store } = desk;
  return {
    async dryRun(request) {
      const { plan, verdict } = await desk.check(request);
      if (verdict.verdict !== "ok") throw refusedPlan(verdict.findings, plan, desk.toolRules);
      return { plan, findings: verdict.findings, strictness: verdict.strictness };
    },
    record: (run) => decisionRecord(desk, run),
    checkpoints: (run) => checkpointsOf(desk, run),
    checkLog: () => verifyLog(store, platform),
    async proofs(run, entry) {
      const note = String((await desk.send({ method: "sign_head" }))["note"]);
      const seqs = (await store.audit.positions(run)).filter((seq) => entry === null || seq === entry);
      const [first, ...later] = await keysOfLog(store, platform);
      const { key } = later.at(-1) ?? first;
      return { note, key, seqs, proofs: await inclusionProofs(store, platform, seqs, note) };
    },
    async moved(from) {
      const { size: end } = await store.audit.head();
      const runs = new Set<string>();
      for await (const batch of store.audit.lines(from ?? end, end))
        for (const { run } of batch) if (run !== null) runs.add(run);
      return { end, runs };
    },
  };
}

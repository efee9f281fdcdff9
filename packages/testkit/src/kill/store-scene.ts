import type { EntryDraft } from "@writ/core";

import { aDraft, anApproval, aPayload, runNumber } from "../contracts/store-drafts.ts";

/** Runs that append at the same time. */
export const SCENE_RUNS = 8;

/**
 * What the run with this number appends as its `version`th entry: the same in the
 * process that is killed and in the one that checks afterwards.
 */
export function sceneDraft(number: number, version: number): EntryDraft {
  const run = runNumber(number);
  const name = `${number}/${version}`;
  const isLarge = (number + version) % 23 === 0;
  const payloads = [
    aPayload(0, name),
    ...(isLarge ? [aPayload(1, `large ${name}`, new Uint8Array(70_000).fill(version % 256))] : []),
  ];
  const approval = `apr_${number}_${version}`;
  const isUsed = version % 5 === 0;
  return aDraft(run, version, {
    payloads,
    approvalUses: isUsed ? [{ approval, bindingHash: `sha256:${"b".repeat(64)}` }] : [],
    approvals: isUsed ? [anApproval(run, approval, { status: "used" })] : [],
    keys: [{ key: `ik_${number}_${version - (version % 2)}`, state: version % 2 === 0 ? "in_flight" : "done" }],
    documents: [{ digest: `sha256:${(version % 50).toString().padStart(64, "0")}`, bytes: `{"at":${version % 50}}` }],
  });
}

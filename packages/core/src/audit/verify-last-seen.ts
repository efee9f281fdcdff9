import { equalBytes } from "../base/bytes.ts";
import type { Json } from "../base/json.ts";
import { parseCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { provesConsistency } from "./consistency.ts";
import { fold, type Known } from "./merkle.ts";
import { isSignedBy } from "./note.ts";
import type { Audit } from "./platform.ts";
import type { Head } from "./proof.ts";
import { hasExactly, isCount, items, member, readStored } from "./stored-json.ts";
import { keyAt, type LogState } from "./verify-log.ts";

/** Step 9: the proof that came with the bundle, and the head that somebody remembered. */
export function checkLastSeen(
  audit: Audit,
  log: LogState,
  now: { readonly checkpoint: Checkpoint; readonly known: Known },
  proof: Uint8Array | undefined,
  lastSeen: Uint8Array | undefined,
): void {
  const from = proof && readProof(audit, log, now.checkpoint, readStored(audit.utf8(proof.subarray(0, -1))));
  if (proof !== undefined && (from === undefined || proof.at(-1) !== 10))
    audit.say("consistency_failed", {}, "consistency.json");
  if (lastSeen === undefined) return;
  const seen = parseCheckpoint(audit, audit.utf8(lastSeen));
  if (seen === undefined || seen.origin !== log.origin) return audit.say("last_seen_malformed", {}, "last-seen");
  if (!isSignedBy(audit, seen.note, keyAt(log, seen.size))) return audit.say("last_seen_signature", {}, "last-seen");
  if (seen.size > now.checkpoint.size) return audit.say("rolled_back", {}, "checkpoint");
  const root = fold(audit, now.known, 0, seen.size) ?? (from?.size === seen.size ? from.root : undefined);
  if (root === undefined) audit.say("consistency_unavailable", {}, "last-seen");
  else if (!equalBytes(root, seen.root)) audit.say("consistency_failed", {}, "last-seen");
}

/** The older head of a proof of 3.6 that leads to ours. */
function readProof(audit: Audit, log: LogState, ours: Head, value: Json | undefined): Head | undefined {
  if (!hasExactly(value, "from,hashes,log,to,type") || value["type"] !== "writ/consistency/v1") return undefined;
  const [from, to] = [value["from"], value["to"]].map((head) => {
    const [size, root] = [member(head, "size"), audit.fromBase64(String(member(head, "root")))];
    return isCount(size) && root?.length === 32 ? { size, root } : undefined;
  });
  const hashes = items(value["hashes"]).map((text) => audit.fromHex(String(text)));
  const isOurs = value["log"] === log.log && to?.size === ours.size && equalBytes(to.root, ours.root);
  return isOurs && from && provesConsistency(audit, from, to, hashes) ? from : undefined;
}

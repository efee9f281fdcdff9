import { parseCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { provesConsistency, type HexHead } from "./consistency.ts";
import { isSignedBy } from "./note.ts";
import type { Audit } from "./platform.ts";
import { differing, formOf, HASH, isCount, items, matches, member } from "./stored-json.ts";
import { readLine } from "./verify-files.ts";
import { keyAt, type LogState } from "./verify-log.ts";

/** The log's head, and what of its tree is known. */
export interface Present {
  readonly checkpoint: Checkpoint;
  /** As 64 hex digits, where it is known. */
  readonly rootAt: (size: number) => string | undefined;
  readonly log: LogState;
}

/** Step 9: the head that somebody remembered. `from` is the older head of the proof that came with the bundle. */
export function checkLastSeen(audit: Audit, now: Present, from: HexHead | undefined, lastSeen: Uint8Array): void {
  const seen = parseCheckpoint(audit, audit.utf8(lastSeen));
  if (seen?.origin !== now.log.origin) return audit.say("last_seen_malformed", {}, "last-seen");
  if (!isSignedBy(audit, seen.note, keyAt(now.log, seen.size)))
    return audit.say("last_seen_signature", {}, "last-seen");
  if (seen.size > now.checkpoint.size) return audit.say("rolled_back", {}, "checkpoint");
  const root = now.rootAt(seen.size) ?? (from?.size === seen.size ? from.root : undefined);
  if (root === undefined) audit.say("consistency_unavailable", {}, "last-seen");
  else if (root !== audit.toHex(seen.root)) audit.say("consistency_failed", {}, "last-seen");
}

/** The older head of a proof of 3.6 that leads to ours. */
export function readProof(audit: Audit, { log, checkpoint }: Present, bytes: Uint8Array): HexHead | undefined {
  const { size, root, rootText } = checkpoint;
  const proof = formOf(readLine(audit, bytes), "writ/consistency/v1", "from,hashes,log,to,type");
  const [at, then] = ["size", "root"].map((name) => member(proof?.["from"], name));
  const older = { size: isCount(at) ? at : 0, root: audit.toHex(audit.fromBase64(then)) };
  const hashes = items(proof?.["hashes"]).map((text) => (matches(text, HASH) ? text : ""));
  const isOurs = differing({ log: log.log, to: { root: rootText, size } }, proof) === undefined;
  const holds = isOurs && provesConsistency(audit, older, { size, root: audit.toHex(root) }, hashes);
  if (!holds) audit.say("consistency_failed", {}, "consistency.json");
  return holds ? older : undefined;
}

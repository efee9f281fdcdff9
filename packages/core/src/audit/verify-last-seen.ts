import { equalBytes } from "../base/bytes.ts";
import type { Json } from "../base/json.ts";
import { parseCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { provesConsistency } from "./consistency.ts";
import { fold, type Known } from "./merkle.ts";
import { isSignedBy } from "./note.ts";
import type { Audit } from "./platform.ts";
import type { Head } from "./proof.ts";
import { HASH, hasExactly, isCount, items, matches, member } from "./stored-json.ts";
import { readLine } from "./verify-files.ts";
import { keyAt, type LogState } from "./verify-log.ts";

/** The log's head, and what of its tree is known. */
export interface Present {
  readonly checkpoint: Checkpoint;
  readonly known: Known;
  readonly log: LogState;
}

/** Step 9: the head that somebody remembered. `from` is the older head of the proof that came with the bundle. */
export function checkLastSeen(audit: Audit, now: Present, from: Head | undefined, lastSeen: Uint8Array): void {
  const seen = parseCheckpoint(audit, audit.utf8(lastSeen));
  if (seen?.origin !== now.log.origin) return audit.say("last_seen_malformed", {}, "last-seen");
  const isSigned = isSignedBy(audit, seen.note, keyAt(now.log, seen.size));
  if (!isSigned) return audit.say("last_seen_signature", {}, "last-seen");
  if (seen.size > now.checkpoint.size) return audit.say("rolled_back", {}, "checkpoint");
  const root = fold(audit, now.known, 0, seen.size) ?? (from?.size === seen.size ? from.root : undefined);
  if (root === undefined) audit.say("consistency_unavailable", {}, "last-seen");
  else if (!equalBytes(root, seen.root)) audit.say("consistency_failed", {}, "last-seen");
}

/** The older head of a proof of 3.6 that leads to ours. */
export function readProof(audit: Audit, { log, checkpoint }: Present, bytes: Uint8Array): Head | undefined {
  const proof = readLine(audit, bytes);
  const [from, to] = [headOf(audit, member(proof, "from")), headOf(audit, member(proof, "to"))];
  const texts = items(member(proof, "hashes")).filter((text) => matches(text, HASH));
  const hashes = texts.map((text) => audit.fromHex(text));
  const isProof = hasExactly(proof, "from,hashes,log,to,type") && proof["type"] === "writ/consistency/v1";
  const isHead = to.size === checkpoint.size && equalBytes(to.root, checkpoint.root);
  const holds = isProof && isHead && member(proof, "log") === log.log && provesConsistency(audit, from, to, hashes);
  if (!holds) audit.say("consistency_failed", {}, "consistency.json");
  return holds ? from : undefined;
}

function headOf(audit: Audit, value: Json | undefined): Head {
  const size = member(value, "size");
  return { size: isCount(size) ? size : 0, root: audit.fromBase64(String(member(value, "root"))) ?? new Uint8Array() };
}

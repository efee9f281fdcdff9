import { equalBytes } from "../base/bytes.ts";
import { parseCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { knownFromCover, type CoverLine } from "./cover.ts";
import type { Say } from "./finding.ts";
import { fold } from "./merkle.ts";
import { isSignedBy } from "./note.ts";
import { readConsistency } from "./proof-document.ts";
import type { VerifierPlatform } from "./signature.ts";
import { keyAt, type LogState } from "./verify-log.ts";

/** Step 9: the proof that came with the bundle, and the head that somebody remembered. */
export function checkLastSeen(
  say: Say,
  platform: VerifierPlatform,
  log: LogState,
  now: { readonly checkpoint: Checkpoint; readonly cover: readonly CoverLine[] },
  given: { readonly consistency: Uint8Array | undefined; readonly lastSeen: Uint8Array | undefined },
): void {
  const { checkpoint } = now;
  const line = given.consistency && platform.utf8(given.consistency);
  const proof = line?.endsWith("\n") ? readConsistency(platform, line.slice(0, -1)) : undefined;
  const isOurs =
    proof?.log === log.log && proof.to.size === checkpoint.size && equalBytes(proof.to.root, checkpoint.root);
  if (given.consistency !== undefined && !isOurs) say("consistency_failed", "consistency.json");
  if (given.lastSeen === undefined) return;

  const seen = parseCheckpoint(platform.utf8(given.lastSeen) ?? "");
  const key = seen && keyAt(log, seen.size);
  if (seen === undefined || seen.origin !== log.origin) return say("last_seen_malformed", "last-seen");
  if (key === undefined || !isSignedBy(platform, seen.note, key)) return say("last_seen_signature", "last-seen");
  if (seen.size > checkpoint.size)
    return say("rolled_back", "checkpoint", { detail: `${seen.size} entries were seen, ${checkpoint.size} are left` });
  const fromTree = fold(platform, knownFromCover(now.cover), 0, seen.size);
  const root = fromTree ?? (isOurs && proof.from.size === seen.size ? proof.from.root : undefined);
  if (root === undefined) say("consistency_unavailable", "last-seen");
  else if (!equalBytes(root, seen.root))
    say("consistency_failed", fromTree === undefined ? "consistency.json" : "tree");
}

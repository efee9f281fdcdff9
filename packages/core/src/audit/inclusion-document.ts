import { toBase64 } from "../base/base64.ts";
import { toHex } from "../base/hex.ts";
import { canonicalJson } from "../base/json.ts";
import { parseCheckpoint } from "./checkpoint.ts";
import { leafHash } from "./leaf.ts";
import type { LogKey } from "./log-key.ts";
import { isSignedBy } from "./note.ts";
import type { VerifierPlatform } from "./platform.ts";
import { provesInclusion, type Head } from "./proof.ts";
import { HASH, hasExactly, isCount, isText, items, matches, readStored } from "./stored-json.ts";

/** What an inclusion proof shows: this entry stands at this position of the log with this signed head. */
export interface Inclusion {
  readonly log: string;
  readonly seq: number;
  /** The stored bytes as text. */
  readonly entry: string;
  readonly head: Head;
  /** The signed head as a note. */
  readonly note: string;
}

/** @param hashes in the order of `inclusionRanges` */
export function writeInclusion({ log, seq, entry, head, note }: Inclusion, hashes: readonly Uint8Array[]): string {
  const root = toBase64(head.root);
  return canonicalJson({
    type: "writ/inclusion/v1",
    log,
    seq,
    entry,
    size: head.size,
    root,
    hashes: hashes.map(toHex),
    head: note,
  });
}

/**
 * What the proof shows.
 *
 * @param key of the log, known from elsewhere
 * @returns undefined unless hashes, head and signature hold
 */
export function readInclusion(platform: VerifierPlatform, text: string, key: LogKey): Inclusion | undefined {
  const value = readStored(text);
  if (!hasExactly(value, "entry,hashes,head,log,root,seq,size,type")) return undefined;
  const { entry, hashes, head: note, log, root, seq, size, type } = value;
  const head = parseCheckpoint(platform, String(note));
  const isOurs = type === "writ/inclusion/v1" && key.name.endsWith(`/${String(log)}`) && head?.origin === key.name;
  if (head === undefined || !isOurs || !isSignedBy(platform, head.note, key)) return undefined;
  if (size !== head.size || root !== toBase64(head.root) || !isCount(seq) || !isText(entry)) return undefined;
  const leaf = leafHash(platform, entry);
  const path = items(hashes)
    .filter((hash) => matches(hash, HASH))
    .map((hash) => platform.fromHex(hash));
  const isIn = provesInclusion(platform, { seq, size: head.size, leaf, root: head.root }, path);
  return isIn ? { log: String(log), seq, entry, head, note: String(note) } : undefined;
}

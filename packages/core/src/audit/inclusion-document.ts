import { fromBase64, toBase64 } from "../base/base64.ts";
import { equalBytes } from "../base/bytes.ts";
import { toHex } from "../base/hex.ts";
import { canonicalJson } from "../base/json.ts";
import { parseCheckpoint } from "./checkpoint.ts";
import { leafHash } from "./leaf.ts";
import type { LogKey } from "./log-key.ts";
import { isSignedBy } from "./note.ts";
import { readHashes } from "./proof-document.ts";
import { provesInclusion, type Head } from "./proof.ts";
import type { VerifierPlatform } from "./signature.ts";
import { hasExactly, isCount, isText, readStored } from "./stored-json.ts";

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
  if (!hasExactly(value, "entry,hashes,head,log,root,seq,size,type") || value["type"] !== "writ/inclusion/v1")
    return undefined;
  const { log, seq, entry, size, head: note } = value;
  const root = fromBase64(String(value["root"]));
  const hashes = readHashes(value["hashes"]);
  if (!isText(log) || !isCount(seq) || !isText(entry) || !isCount(size) || !isText(note)) return undefined;
  const head = parseCheckpoint(note);
  if (head === undefined || root === undefined || hashes === undefined || !head.origin.endsWith(`/${log}`))
    return undefined;
  const isHead =
    head.size === size &&
    equalBytes(head.root, root) &&
    head.origin === key.name &&
    isSignedBy(platform, head.note, key);
  const leaf = leafHash(platform, entry);
  return isHead && provesInclusion(platform, { seq, size, leaf, root }, hashes)
    ? { log, seq, entry, head, note }
    : undefined;
}

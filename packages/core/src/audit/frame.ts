import { asciiBytes, concatBytes } from "../base/bytes.ts";
import type { Commit, Digest } from "../base/digest.ts";
import { fromHex, toHex } from "../base/hex.ts";

/** A payload in the file `blobs`: born as number `n` of the entry at `seq`. */
export interface PayloadFrame {
  readonly kind: "payload";
  readonly seq: number;
  readonly n: number;
  readonly commit: Commit;
  readonly salt: Uint8Array;
  readonly bytes: Uint8Array;
}

export interface DocumentFrame {
  readonly kind: "document";
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

/** Bytes of `blobs`, from `at`, that are no frame. */
export interface BadFrame {
  readonly kind: "bad";
  readonly at: number;
}

const LINE_FEED = Uint8Array.of(10);
const PAYLOAD = /^p (0|[1-9]\d{0,15}) (0|[1-9]\d{0,3}) ([0-9a-f]{64}) ([0-9a-f]{64}) (0|[1-9]\d{0,8})$/;
const DOCUMENT = /^d (sha256:[0-9a-f]{64}) (0|[1-9]\d{0,8})$/;
/** The longest header, of a payload. */
const MAX_HEADER = 170;

/** The file `blobs`: payloads by position, then documents by digest. */
export function writeFrames(
  payloads: readonly Omit<PayloadFrame, "kind">[],
  documents: readonly Omit<DocumentFrame, "kind">[],
): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { seq, n, commit, salt, bytes } of payloads.toSorted((a, b) => a.seq - b.seq || a.n - b.n)) {
    parts.push(asciiBytes(`p ${seq} ${n} ${commit} ${toHex(salt)} ${bytes.length}\n`), bytes, LINE_FEED);
  }
  for (const { digest, bytes } of documents.toSorted((a, b) => (a.digest < b.digest ? -1 : 1))) {
    parts.push(asciiBytes(`d ${digest} ${bytes.length}\n`), bytes, LINE_FEED);
  }
  return concatBytes(...parts);
}

/** The frames of `blobs` in the order they stand; after a bad one, reading goes on at the next line that is a header. */
export function* readFrames(blobs: Uint8Array): Generator<PayloadFrame | DocumentFrame | BadFrame> {
  let isLost = false;
  for (let at = 0; at < blobs.length;) {
    const frame = frameAt(blobs, at);
    if (frame === undefined && !isLost) yield { kind: "bad", at };
    isLost = frame === undefined;
    if (frame !== undefined) yield frame.frame;
    at = frame?.end ?? lineEnd(blobs, at, blobs.length) + 1;
  }
}

function frameAt(
  blobs: Uint8Array,
  at: number,
): { readonly frame: PayloadFrame | DocumentFrame; readonly end: number } | undefined {
  const start = lineEnd(blobs, at, at + MAX_HEADER) + 1;
  const header = String.fromCharCode(...blobs.subarray(at, start - 1));
  const [, seq, n, commit = "", salt = "", size] = PAYLOAD.exec(header) ?? [];
  const [, digest = "", length = size] = DOCUMENT.exec(header) ?? [];
  const end = start + Number(length);
  if (length === undefined || end >= blobs.length || blobs[end] !== 10) return undefined;
  const bytes = blobs.subarray(start, end);
  if (seq === undefined)
    return { frame: { kind: "document", digest: `sha256:${digest.slice(7)}`, bytes }, end: end + 1 };
  return {
    frame: { kind: "payload", seq: Number(seq), n: Number(n), commit, salt: fromHex(salt) ?? bytes, bytes },
    end: end + 1,
  };
}

/** Where the line that begins at `at` ends, or `limit`. */
function lineEnd(bytes: Uint8Array, at: number, limit: number): number {
  const end = bytes.indexOf(10, at);
  return end === -1 ? limit : Math.min(end, limit);
}

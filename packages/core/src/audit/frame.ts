import { asciiBytes, concatBytes } from "../base/bytes.ts";
import type { Commit, Digest } from "../base/digest.ts";
import { toHex } from "../base/hex.ts";

/** A payload of the file `blobs`: born as number `n` of the entry at `seq`. */
export interface PayloadFrame {
  readonly seq: number;
  readonly n: number;
  readonly commit: Commit;
  readonly salt: Uint8Array;
  readonly bytes: Uint8Array;
}

export interface DocumentFrame {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

/** A frame as it is read, by `<seq> <n>` of a payload or the digest of a document. */
export interface Frame {
  readonly commit: string;
  /** 64 hex digits. */
  readonly salt: string;
  readonly bytes: Uint8Array;
}

const LINE_FEED = Uint8Array.of(10);
const HEADER =
  /^(?:p (0|[1-9]\d{0,14}) (0|[1-9]\d{0,3}) ([0-9a-f]{64}) ([0-9a-f]{64})|d (sha256:[0-9a-f]{64})) (0|[1-9]\d{0,8})$/;
/** The longest header, of a payload. */
const MAX_HEADER = 170;

/** The file `blobs`: payloads by position, then documents by digest. */
export function writeFrames(payloads: readonly PayloadFrame[], documents: readonly DocumentFrame[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { seq, n, commit, salt, bytes } of payloads.toSorted((a, b) => a.seq - b.seq || a.n - b.n)) {
    parts.push(asciiBytes(`p ${seq} ${n} ${commit} ${toHex(salt)} ${bytes.length}\n`), bytes, LINE_FEED);
  }
  for (const { digest, bytes } of documents.toSorted((a, b) => (a.digest < b.digest ? -1 : 1))) {
    parts.push(asciiBytes(`d ${digest} ${bytes.length}\n`), bytes, LINE_FEED);
  }
  return concatBytes(...parts);
}

/**
 * The frames of `blobs`, which stand in order. After bytes that are none,
 * reading goes on at the next line that is a header.
 *
 * @param bad told where no frame begins, or one that stands too late
 */
export function readFrames(blobs: Uint8Array, bad: (at: number) => void): Map<string, Frame> {
  const frames = new Map<string, Frame>();
  let [before, isLost] = ["", false];
  for (let at = 0; at < blobs.length;) {
    const start = blobs.indexOf(10, at) + 1 || blobs.length + 1;
    const header = String.fromCharCode(...blobs.subarray(at, Math.min(start - 1, at + MAX_HEADER)));
    const [, seq = "", n = "", commit = "", salt = "", digest, size] = HEADER.exec(header) ?? [];
    const end = start + Number(size);
    const isFrame = blobs[end] === 10;
    const order = digest ?? `${seq.padStart(15, "0")} ${n.padStart(4, "0")}`;
    if (isFrame ? order <= before : !isLost) bad(at);
    if (isFrame) frames.set(digest ?? `${seq} ${n}`, { commit, salt, bytes: blobs.subarray(start, end) });
    [isLost, before, at] = isFrame ? [false, order, end + 1] : [true, before, start];
  }
  return frames;
}

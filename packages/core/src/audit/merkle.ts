import type { Hasher } from "../base/hash.ts";
import type { VerifierPlatform } from "./platform.ts";

/** What is hashed for a node, filled anew each time: hashing is synchronous, and half of its cost was the copying. */
const NODE = Uint8Array.of(1, ...new Uint8Array(64));

/** The leaves [from, to) of a tree. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The root of [from, to) where it is known. */
export type Known = (from: number, to: number) => Uint8Array | undefined;

/** @see RFC 6962, section 2.1 */
export function nodeHash(hash: Hasher, left: Uint8Array, right: Uint8Array): Uint8Array {
  NODE.set(left, 1);
  NODE.set(right, 33);
  return hash.sha256(NODE);
}

/** Where a range of two or more leaves divides: after the largest power of two below its length. */
export const middle = (from: number, to: number): number => from + 2 ** ((to - from - 1).toString(2).length - 1);

/**
 * The root of [from, to), from the largest known roots in it.
 *
 * Every computation over a tree is this one: of a root from leaves, a cover or
 * tiles, in bytes or in hex, and of both roots that a proof connects.
 *
 * @returns undefined where a part is not known
 */
export function foldWith<Hash>(
  join: (left: Hash, right: Hash) => Hash,
  known: (from: number, to: number) => Hash | undefined,
  from: number,
  to: number,
): Hash | undefined {
  const here = known(from, to);
  if (here !== undefined || to - from < 2) return here;
  const left = foldWith(join, known, from, middle(from, to));
  const right = left && foldWith(join, known, middle(from, to), to);
  return left && right && join(left, right);
}

/** The same in bytes. */
export const fold = (hash: Hasher, known: Known, from: number, to: number): Uint8Array | undefined =>
  foldWith((left, right) => nodeHash(hash, left, right), known, from, to);

/** What `nodeHash` is to bytes, to hashes as 64 hex digits. */
export const joinHex = (platform: VerifierPlatform) => (left: string, right: string) =>
  platform.sha256Hex(platform.fromHex(`01${left}${right}`));

/** The root of a tree of these leaves; of none, the hash of nothing. */
export function rootOf(hash: Hasher, leaves: readonly Uint8Array[]): Uint8Array {
  const known: Known = (from, to) => (to - from === 1 ? leaves[from] : undefined);
  return fold(hash, known, 0, leaves.length) ?? hash.sha256("");
}

import { equalBytes } from "../base/bytes.ts";
import type { Hasher } from "../base/hash.ts";
import { middle, nodeHash } from "./merkle.ts";
import type { Head } from "./proof.ts";

/**
 * Whether the hashes, in the order of `consistencyRanges`, connect both heads: no fewer and no more.
 *
 * Computes both roots at once: the newer one from all hashes, the older one
 * from those that lie before its end.
 *
 * @see RFC 6962, section 2.1.2
 */
export function provesConsistency(hash: Hasher, older: Head, newer: Head, hashes: readonly Uint8Array[]): boolean {
  let used = 0;
  const next = (): Uint8Array => hashes[used++] ?? new Uint8Array();
  const roots = (from: number, to: number, isWhole: boolean): readonly [Uint8Array, Uint8Array] => {
    const here = to === older.size ? (isWhole ? older.root : next()) : undefined;
    if (here !== undefined) return [here, here];
    const split = middle(from, to);
    const isRight = older.size > split;
    const [before, after] = isRight ? roots(split, to, false) : roots(from, split, isWhole);
    const other = next();
    if (!isRight) return [before, nodeHash(hash, after, other)];
    return [nodeHash(hash, other, before), nodeHash(hash, other, after)];
  };
  if (older.size < 1 || older.size > newer.size) return false;
  const [before, after] = roots(0, newer.size, true);
  return used === hashes.length && equalBytes(before, older.root) && equalBytes(after, newer.root);
}

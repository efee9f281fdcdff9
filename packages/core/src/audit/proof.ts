import { equalBytes } from "../base/bytes.ts";
import type { Hasher } from "../base/hash.ts";
import { fold, middle, type Known, type Range } from "./merkle.ts";

/**
 * The subtrees whose roots prove that an entry is in a tree, leaf to root.
 *
 * @see RFC 6962, section 2.1.1
 */
export function inclusionRanges(seq: number, size: number): readonly Range[] {
  const path: Range[] = [];
  for (let from = 0, to = size; to - from > 1;) {
    const split = middle(from, to);
    path.push(seq < split ? { from: split, to } : { from, to: split });
    if (seq < split) to = split;
    else from = split;
  }
  return path.reverse();
}

/** Whether the hashes, in the order of `inclusionRanges`, lead from the leaf to the root: no fewer and no more. */
export function provesInclusion(
  hash: Hasher,
  at: { readonly seq: number; readonly size: number; readonly leaf: Uint8Array; readonly root: Uint8Array },
  hashes: readonly Uint8Array[],
): boolean {
  if (at.seq >= at.size) return false;
  const known = knownRanges(
    [...inclusionRanges(at.seq, at.size), { from: at.seq, to: at.seq + 1 }],
    [...hashes, at.leaf],
  );
  const root = known && fold(hash, known, 0, at.size);
  return root !== undefined && equalBytes(root, at.root);
}

/**
 * The subtrees whose roots prove that a tree of `older` leaves became one of `newer` by appending; none for equal sizes.
 *
 * @param from where the subtree begins in which the older tree ends
 * @param isWhole whether the older tree is all of that subtree so far: then its root is known and no proof holds it
 * @see RFC 6962, section 2.1.2
 */
export function consistencyRanges(older: number, newer: number, from = 0, isWhole = true): readonly Range[] {
  if (older === newer) return isWhole ? [] : [{ from, to: newer }];
  const split = middle(from, newer);
  if (older <= split) return [...consistencyRanges(older, split, from, isWhole), { from: split, to: newer }];
  return [...consistencyRanges(older, newer, split, false), { from, to: split }];
}

export interface Head {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Pairs ranges with their roots; undefined if there are not as many. */
function knownRanges(ranges: readonly Range[], hashes: readonly Uint8Array[]): Known | undefined {
  if (hashes.length !== ranges.length) return undefined;
  const byRange = new Map(ranges.map(({ from, to }, index) => [`${from}-${to}`, hashes[index]]));
  return (from, to) => byRange.get(`${from}-${to}`);
}

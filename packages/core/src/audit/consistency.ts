import { foldWith, joinHex } from "./merkle.ts";
import type { VerifierPlatform } from "./platform.ts";
import { consistencyRanges } from "./proof.ts";

/** A head with its root as 64 hex digits. */
export interface HexHead {
  readonly size: number;
  readonly root: string;
}

/**
 * Whether the hashes, in the order of `consistencyRanges`, connect both heads: no fewer and no more.
 *
 * @see RFC 6962, section 2.1.2
 */
export function provesConsistency(
  platform: VerifierPlatform,
  older: HexHead,
  newer: HexHead,
  hashes: readonly string[],
): boolean {
  if (older.size < 1 || older.size > newer.size) return false;
  const ranges = consistencyRanges(older.size, newer.size);
  const known = new Map(ranges.map(({ from, to }, at) => [`${from}-${to}`, hashes[at]]));
  if (ranges.every(({ to }) => to !== older.size)) known.set(`0-${older.size}`, older.root);
  const isRoot = ({ size, root }: HexHead): boolean =>
    foldWith(joinHex(platform), (from, to) => known.get(`${from}-${to}`), 0, size) === root;
  return hashes.length === ranges.length && isRoot(older) && isRoot(newer);
}

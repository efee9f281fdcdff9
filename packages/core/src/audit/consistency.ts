import { middle, nodeHex } from "./merkle.ts";
import type { VerifierPlatform } from "./platform.ts";

/** A head with its root as 64 hex digits. */
export interface HexHead {
  readonly size: number;
  readonly root: string;
}

/**
 * Whether the hashes, in the order of `consistencyRanges`, connect both heads: no fewer and no more.
 *
 * Computes both roots at once: the newer one from all hashes, the older one
 * from those that lie before its end.
 *
 * @see RFC 6962, section 2.1.2
 */
export function provesConsistency(
  platform: VerifierPlatform,
  older: HexHead,
  newer: HexHead,
  hashes: readonly string[],
): boolean {
  let used = 0;
  const next = (): string => hashes[used++] ?? "";
  const roots = (from: number, to: number, isWhole: boolean): readonly [string, string] => {
    const here = to === older.size ? (isWhole ? older.root : next()) : "";
    if (here !== "") return [here, here];
    const split = middle(from, to);
    const isRight = older.size > split;
    const [before, after] = isRight ? roots(split, to, false) : roots(from, split, isWhole);
    const join = (left: string, right: string): string => nodeHex(platform, left, right);
    const other = next();
    return isRight ? [join(other, before), join(other, after)] : [before, join(after, other)];
  };
  if (older.size < 1 || older.size > newer.size) return false;
  const [before, after] = roots(0, newer.size, true);
  return used === hashes.length && before === older.root && after === newer.root;
}

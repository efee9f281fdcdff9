import { fold, type Hasher, type Known, knownFrom, leafHash, partsOf, type Range } from "@writ/core";
import type { AuditLog } from "../ports/store.ts";

type TreeSource = Pick<AuditLog, "tile" | "entries">;

/** Roots of the ranges of the log as it was with `size` entries, from full tiles and the entries behind the last. */
export async function knownTree(
  audit: TreeSource,
  hash: Hasher,
  ranges: readonly Range[],
  size: number,
): Promise<Known> {
  const { tiles, leaves } = partsOf(ranges, size);
  const held = new Map<string, Uint8Array>();
  for (const { level, index } of tiles) {
    const hashes = await audit.tile(level, index);
    if (hashes !== null) held.set(`${level}/${index}`, hashes);
  }
  const single = new Map<number, Uint8Array>();
  const first = Math.min(...leaves);
  for await (const batch of audit.entries(leaves.length === 0 ? 0 : first, leaves.length === 0 ? 0 : size)) {
    for (const entry of batch) single.set(entry.seq, leafHash(hash, entry.bytes));
  }
  return knownFrom({ tile: (level, index) => held.get(`${level}/${index}`), leaf: (seq) => single.get(seq) }, size);
}

/** The root the log had with `size` entries; undefined where a tile or an entry is missing. */
export async function rootAt(audit: TreeSource, hash: Hasher, size: number): Promise<Uint8Array | undefined> {
  if (size === 0) return hash.sha256("");
  return fold(hash, await knownTree(audit, hash, [{ from: 0, to: size }], size), 0, size);
}

/** Roots of ranges in their order; undefined where a part is missing. */
export function rootsOf(hash: Hasher, known: Known, ranges: readonly Range[]): readonly Uint8Array[] | undefined {
  const roots = ranges.map(({ from, to }) => fold(hash, known, from, to));
  return roots.every((root) => root !== undefined) ? roots : undefined;
}

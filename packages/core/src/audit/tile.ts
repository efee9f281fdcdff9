import type { Hasher } from "../base/hash.ts";
import { fold, type Known, type Range } from "./merkle.ts";

/** Hashes in a tile. A tile of level 0 holds leaves, of level n + 1 the roots of full tiles of level n. */
export const TILE_WIDTH = 256;
const HASH_BYTES = 32;

export interface TileName {
  readonly level: number;
  readonly index: number;
}

/** Tiles and the leaves behind the last full tile, as far as a computation asked for them. */
export interface TreeParts {
  tile(level: number, index: number): Uint8Array | undefined;
  leaf(seq: number): Uint8Array | undefined;
}

/** The root of a full tile: one hash of the next level. */
export function tileRoot(hash: Hasher, tile: Uint8Array): Uint8Array | undefined {
  return fold(hash, (from, to) => (to - from === 1 ? hashAt(tile, from) : undefined), 0, TILE_WIDTH);
}

/** What must be read to know the roots of the ranges: full tiles, and the positions of single leaves behind them. */
export function partsOf(
  ranges: readonly Range[],
  size: number,
): { readonly tiles: readonly TileName[]; readonly leaves: readonly number[] } {
  const tiles = new Map<string, TileName>();
  const leaves = new Set<number>();
  for (const { from, to } of ranges) {
    for (let at = from; at < to;) {
      const level = levelOf(at, to, size);
      if (level === undefined) leaves.add(at);
      else tiles.set(`${level}/${tileOf(level, at)}`, { level, index: tileOf(level, at) });
      at += TILE_WIDTH ** (level ?? 0);
    }
  }
  return { tiles: [...tiles.values()], leaves: [...leaves] };
}

/** Roots of ranges of a tree of `size` leaves, from the parts that `partsOf` named. */
export function knownFrom(parts: TreeParts, size: number): Known {
  return (from, to) => {
    const level = levelOf(from, to, size);
    if (to - from !== TILE_WIDTH ** (level ?? 0)) return undefined;
    if (level === undefined) return parts.leaf(from);
    const tile = parts.tile(level, tileOf(level, from));
    return tile && hashAt(tile, (from / TILE_WIDTH ** level) % TILE_WIDTH);
  };
}

/** The highest level one of whose hashes begins at `from`, ends by `to` and lies in a full tile; undefined behind the last full tile. */
function levelOf(from: number, to: number, size: number): number | undefined {
  let found: number | undefined;
  for (let level = 0, span = 1; from % span === 0 && from + span <= to; level += 1, span *= TILE_WIDTH) {
    if ((tileOf(level, from) + 1) * span * TILE_WIDTH > size) break;
    found = level;
  }
  return found;
}

function tileOf(level: number, seq: number): number {
  return Math.floor(seq / TILE_WIDTH ** (level + 1));
}

function hashAt(tile: Uint8Array, at: number): Uint8Array {
  return tile.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
}

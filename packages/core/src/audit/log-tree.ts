import { concatBytes } from "../base/bytes.ts";
import type { Hasher } from "../base/hash.ts";
import { appendLeaf, type Frontier } from "./frontier.ts";
import { nodeHash } from "./merkle.ts";
import { TILE_WIDTH, type TileName, tileRoot } from "./tile.ts";

/** Levels of the tree within one tile. */
const TILE_LEVELS = 8;

/** A tree that grows, with the tiles that are not yet full. */
export interface LogTree {
  size: number;
  readonly frontier: Frontier;
  /** For each level of tiles, the hashes of the one that is being filled: fewer than 256. */
  readonly open: Uint8Array[][];
}

export interface FullTile extends TileName {
  /** 8,192 bytes. */
  readonly hashes: Uint8Array;
}

export function emptyTree(): LogTree {
  return { size: 0, frontier: [], open: [[]] };
}

export function copyTree({ size, frontier, open }: LogTree): LogTree {
  return { size, frontier: [...frontier], open: open.map((hashes) => [...hashes]) };
}

/** Adds a leaf in place. @returns the tiles it filled, lowest level first */
export function growTree(hash: Hasher, tree: LogTree, leaf: Uint8Array): readonly FullTile[] {
  const full: FullTile[] = [];
  let node = leaf;
  for (let level = 0, span = TILE_WIDTH; ; level += 1, span *= TILE_WIDTH) {
    const hashes = (tree.open[level] ??= []);
    hashes.push(node);
    if (hashes.length < TILE_WIDTH) break;
    full.push({ level, index: (tree.size + 1) / span - 1, hashes: concatBytes(...hashes) });
    hashes.length = 0;
    node = rootOfTile(hash, tree.frontier, node, level);
  }
  appendLeaf(hash, tree.frontier, tree.size, leaf);
  tree.size += 1;
  return full;
}

/** The root of a tile that its last hash fills: the frontier holds the other halves, of 1, 2, 4 … 128 hashes. */
function rootOfTile(hash: Hasher, frontier: Frontier, last: Uint8Array, level: number): Uint8Array {
  let node = last;
  for (let up = 1; up <= TILE_LEVELS; up += 1)
    node = nodeHash(hash, frontier.at(-level * TILE_LEVELS - up) ?? node, node);
  return node;
}

/**
 * A tree as it was when it had `size` leaves, from its full tiles and the leaves behind the last of level 0.
 *
 * @param tail hashes of the last `size % 256` leaves
 * @returns undefined where a tile or a leaf is missing
 */
export function restoreTree(
  hash: Hasher,
  size: number,
  tail: readonly Uint8Array[],
  tile: (level: number, index: number) => Uint8Array | undefined,
): LogTree | undefined {
  if (tail.length !== size % TILE_WIDTH) return undefined;
  const open = [[...tail]];
  for (
    let level = 0, full = Math.floor(size / TILE_WIDTH);
    full > 0;
    level += 1, full = Math.floor(full / TILE_WIDTH)
  ) {
    const roots: Uint8Array[] = [];
    for (let index = full - (full % TILE_WIDTH); index < full; index += 1) {
      const hashes = tile(level, index);
      const root = hashes && tileRoot(hash, hashes);
      if (root === undefined) return undefined;
      roots.push(root);
    }
    open.push(roots);
  }
  return { size, frontier: open.toReversed().flatMap((hashes) => frontierOf(hash, hashes)), open };
}

function frontierOf(hash: Hasher, hashes: readonly Uint8Array[]): Frontier {
  const frontier: Frontier = [];
  for (const [index, node] of hashes.entries()) appendLeaf(hash, frontier, index, node);
  return frontier;
}

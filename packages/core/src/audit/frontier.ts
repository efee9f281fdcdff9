import type { Hasher } from "../base/hash.ts";
import { nodeHash } from "./merkle.ts";

/**
 * What of a tree must be kept to append to it: the roots of its perfect
 * subtrees from left to right, one for each one bit of the size.
 */
export type Frontier = Uint8Array[];

/**
 * Adds a leaf in place; constant work on average.
 *
 * @param size of the tree before it
 */
export function appendLeaf(hash: Hasher, frontier: Frontier, size: number, leaf: Uint8Array): void {
  let node = leaf;
  for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) node = nodeHash(hash, frontier.pop() ?? node, node);
  frontier.push(node);
}

/** The root of the whole tree; of none, the hash of nothing. */
export function frontierRoot(hash: Hasher, frontier: readonly Uint8Array[]): Uint8Array {
  let root = frontier.at(-1);
  for (const left of frontier.slice(0, -1).toReversed()) root = root && nodeHash(hash, left, root);
  return root ?? hash.sha256("");
}

import { nodeHasher } from "@writ/adapters/system/sha256";
import { asArray, asText, vectors } from "@writ/testkit/vectors";
import { describe, expect, test } from "vitest";

import { fromHex, toHex } from "../base/hex.ts";
import { frontierRoot } from "./frontier.ts";
import { leafHash } from "./leaf.ts";
import { copyTree, emptyTree, type FullTile, growTree, restoreTree } from "./log-tree.ts";
import { rootOf } from "./merkle.ts";
import { TILE_WIDTH, tileRoot } from "./tile.ts";

const leafAt = (seq: number): Uint8Array => leafHash(nodeHasher, `entry ${seq}`);

describe("a tree that grows", () => {
  test("has the roots and frontiers of the vectors", () => {
    const cases = vectors("tree");
    const leaves = asArray(cases["leaves"]).map((leaf) => fromHex(asText(leaf)) ?? new Uint8Array());
    const tree = emptyTree();
    for (const size of [0, ...leaves.keys().map((index) => index + 1)]) {
      if (size > 0) growTree(nodeHasher, tree, leaves[size - 1] ?? new Uint8Array());
      expect(tree.frontier.map(toHex)).toEqual(asArray(cases["frontiers"])[size]);
      expect(toHex(frontierRoot(nodeHasher, tree.frontier))).toBe(asArray(cases["roots"])[size]);
    }
    expect(tree.size).toBe(9);
  });

  test("is restored from its tiles at every size, past a full tile of level 1", () => {
    const tree = emptyTree();
    const leaves: Uint8Array[] = [];
    const tiles = new Map<string, FullTile>();
    const checked = new Set([0, 1, 255, 256, 257, 511, 512, 1_000, 65_535, 65_536, 65_537, 65_792, 66_100]);
    for (let size = 0; size <= 66_100; size += 1) {
      if (checked.has(size)) {
        const tail = leaves.slice(size - (size % TILE_WIDTH));
        const restored = restoreTree(nodeHasher, size, tail, (level, index) => tiles.get(`${level}/${index}`)?.hashes);
        expect(restored?.frontier.map(toHex)).toEqual(tree.frontier.map(toHex));
        expect(restored?.open.map((hashes) => hashes.map(toHex))).toEqual(tree.open.map((hashes) => hashes.map(toHex)));
        expect(toHex(frontierRoot(nodeHasher, tree.frontier))).toBe(toHex(rootOf(nodeHasher, leaves)));
        checked.delete(size);
      }
      leaves.push(leafAt(size));
      for (const tile of growTree(nodeHasher, tree, leafAt(size))) tiles.set(`${tile.level}/${tile.index}`, tile);
    }
    expect(checked.size).toBe(0);
    expect([...tiles.values()].filter(({ level }) => level === 1)).toHaveLength(1);
    expect(toHex(tileRoot(nodeHasher, tiles.get("1/0")?.hashes ?? new Uint8Array()) ?? new Uint8Array())).toBe(
      toHex(rootOf(nodeHasher, leaves.slice(0, 65_536))),
    );
  });

  test("is not restored where a tile or a leaf is missing", () => {
    expect(restoreTree(nodeHasher, 256, [], () => undefined)).toBeUndefined();
    expect(restoreTree(nodeHasher, 3, [leafAt(0), leafAt(1)], () => undefined)).toBeUndefined();
  });

  test("leaves its copy alone", () => {
    const tree = emptyTree();
    for (let seq = 0; seq < 255; seq += 1) growTree(nodeHasher, tree, leafAt(seq));
    const copy = copyTree(tree);
    growTree(nodeHasher, tree, leafAt(255));
    expect(copy.size).toBe(255);
    expect(copy.open[0]).toHaveLength(255);
    expect(growTree(nodeHasher, copy, leafAt(255))).toHaveLength(1);
    expect(copy.frontier.map(toHex)).toEqual(tree.frontier.map(toHex));
  });
});

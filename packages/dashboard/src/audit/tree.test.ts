import { rootOf } from "@writ/core/audit/merkle";
import { inclusionRanges, leafHash } from "@writ/core";
import { testHasher } from "@writ/testkit/build/hasher";
import { describe, expect, test } from "vitest";

import { bytesOfHex, hexOf, leafOf, pathOf, Tree, type Bytes, type HashOf } from "./tree.ts";

const hash: HashOf = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const entry = (at: number): Bytes => new TextEncoder().encode(`{"seq":${at}}`);

async function leaves(count: number): Promise<readonly Bytes[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => leafOf(hash, entry(at))));
}

describe("the tree that a browser builds", () => {
  test("has the roots of the verifier's own, of every size and of every earlier size", async () => {
    const all = await leaves(70);
    const tree = new Tree(hash);
    let at = 0;
    for (const batch of [1, 2, 5, 13, 49]) {
      await tree.append(all.slice(at, at + batch));
      at += batch;
      expect(tree.size).toBe(at);
      for (let size = 1; size <= at; size += 1)
        expect([size, hexOf((await tree.rootOf(size)) ?? new Uint8Array())]).toEqual([
          size,
          hexOf(rootOf(testHasher, all.slice(0, size))),
        ]);
    }
    expect(await tree.rootOf(71)).toBe(null);
    expect(await tree.rootOf(0)).toBe(null);
  });

  test("has leaves that are the verifier's own", async () => {
    const text = entry(4);
    expect(hexOf(await leafOf(hash, text))).toBe(hexOf(leafHash(testHasher, text)));
  });

  test("one changed byte changes the root", async () => {
    const all = await leaves(9);
    const other = new Tree(hash);
    const forged = await leafOf(hash, new TextEncoder().encode('{"seq":4 }'));
    await other.append(all.map((leaf, at) => (at === 4 ? forged : leaf)));
    expect(hexOf((await other.rootOf(9)) ?? new Uint8Array())).not.toBe(hexOf(rootOf(testHasher, all)));
  });

  test("a path leads to the root, and not from another leaf", async () => {
    const all = await leaves(21);
    for (const seq of [0, 7, 16, 20]) {
      const beside = inclusionRanges(seq, 21).map(({ from, to }) => ({
        root: bytesOfHex(hexOf(rootOf(testHasher, all.slice(from, to)))),
        side: from > seq ? ("right" as const) : ("left" as const),
      }));
      const path = await pathOf(hash, all[seq] ?? new Uint8Array(), beside);
      expect(path.at(-1)?.computed).toBe(hexOf(rootOf(testHasher, all)));
      const wrong = await pathOf(hash, all[(seq + 1) % 21] ?? new Uint8Array(), beside);
      expect(wrong.at(-1)?.computed).not.toBe(hexOf(rootOf(testHasher, all)));
    }
  });
});

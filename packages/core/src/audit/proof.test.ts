import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { asArray, asNumber, asObjects, asText, vectors } from "@writ/testkit/vectors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { fromHex, toHex } from "../base/hex.ts";
import type { Json } from "../base/json.ts";
import { provesConsistency } from "./consistency.ts";
import { readCover, rootFromCover, writeCover } from "./cover.ts";
import { leafHash } from "./leaf.ts";
import { fold, rootOf, type Known, type Range } from "./merkle.ts";
import { consistencyRanges, inclusionRanges, provesInclusion } from "./proof.ts";
import { knownFrom, partsOf } from "./tile.ts";

const file = vectors("tree");
const bytesOf = (hex: Json | undefined): Uint8Array => fromHex(asText(hex)) ?? new Uint8Array();
const leaves = asArray(file["inputs_hex"]).map((hex) => leafHash(nodeVerifier, bytesOf(hex)));
const rootAt = (size: number): Uint8Array => rootOf(nodeVerifier, leaves.slice(0, size));
const knownLeaf: Known = (from, to) => (to - from === 1 ? leaves[from] : undefined);
const rootsOf = (ranges: readonly Range[], known: Known): string[] =>
  ranges.map(({ from, to }) => toHex(fold(nodeVerifier, known, from, to) ?? new Uint8Array()));
const hashesOf = (value: Json | undefined): Uint8Array[] => asArray(value).map(bytesOf);

describe("the tree of the vectors", () => {
  test("has their leaves and roots", () => {
    expect(leaves.map(toHex)).toEqual(file["leaves"]);
    expect(asArray(file["roots"])).toEqual(asArray(file["roots"]).map((_, size) => toHex(rootAt(size))));
  });

  test.each(asObjects(file["inclusion"]))("includes $index in $size", ({ index, size, hashes }) => {
    const [seq, of] = [asNumber(index), asNumber(size)];
    expect(rootsOf(inclusionRanges(seq, of), knownLeaf)).toEqual(hashes);
    const at = { seq, size: of, leaf: leaves[seq] ?? new Uint8Array(), root: rootAt(of) };
    expect(provesInclusion(nodeVerifier, at, hashesOf(hashes))).toBe(true);
  });

  test.each(asObjects(file["consistency"]))("grew from $from to $to", ({ from, to, hashes }) => {
    const [older, newer] = [asNumber(from), asNumber(to)];
    expect(rootsOf(consistencyRanges(older, newer), knownLeaf)).toEqual(hashes);
    const heads = [
      { size: older, root: toHex(rootAt(older)) },
      { size: newer, root: toHex(rootAt(newer)) },
    ] as const;
    expect(provesConsistency(nodeVerifier, ...heads, asArray(hashes).map(asText))).toBe(true);
  });

  test.each(asObjects(file["covers"]))("is covered around $exported", ({ size, exported, tree }) => {
    const chosen = asArray(exported).map(asNumber);
    expect(writeCover(nodeVerifier, knownLeaf, chosen, asNumber(size))).toBe(tree);
    const lines = readCover(asText(tree));
    if (typeof lines === "number") throw new TypeError(`line ${lines} of the cover is not read`);
    expect(rootFromCover(nodeVerifier, lines)(asNumber(size))).toBe(toHex(rootAt(asNumber(size))));
    expect(lines.filter(({ isEntry }) => isEntry).map(({ from }) => from)).toEqual(chosen);
  });

  test.each(asObjects(file["refuse"]))("refuses a proof with $why", ({ index, size, hashes, leaf_of }) => {
    const seq = asNumber(index);
    const leaf = leaves[leaf_of === undefined ? seq : asNumber(leaf_of)] ?? new Uint8Array();
    const at = { seq, size: asNumber(size), leaf, root: rootAt(asNumber(size)) };
    expect(provesInclusion(nodeVerifier, at, hashesOf(hashes))).toBe(false);
  });
});

describe("covers", () => {
  test.each(["", "0-1", "1 ab", "0 zz\n", "1-2 " + "0".repeat(64) + "\n", "0-2 " + "0".repeat(64)])(
    "%j is read no further than its bad line",
    (text) => {
      expect(readCover(text)).toBe(1);
    },
  );
});

test("proofs hold for all pairs, and no changed hash, head or size proves anything", () => {
  let changed = 0;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 700 }), fc.nat(), (a, b, salt) => {
      const [older, newer] = [Math.min(a, b), Math.max(a, b)];
      const many = Array.from({ length: newer }, (_, seq) => leafHash(nodeVerifier, `${salt} ${seq}`));
      const known: Known = (from, to) => (to - from === 1 ? many[from] : undefined);
      const heads = [older, newer].map((size) => ({ size, root: toHex(rootOf(nodeVerifier, many.slice(0, size))) }));
      const [from, to] = heads;
      if (from === undefined || to === undefined) return;
      const hashes = rootsOf(consistencyRanges(older, newer), known);
      expect(provesConsistency(nodeVerifier, from, to, hashes)).toBe(true);
      const seq = salt % newer;
      const path = rootsOf(inclusionRanges(seq, newer), known).map(bytesOf);
      const at = { seq, size: newer, leaf: many[seq] ?? bytesOf(from.root), root: bytesOf(to.root) };
      expect(provesInclusion(nodeVerifier, at, path)).toBe(true);
      expect(provesInclusion(nodeVerifier, at, [...path, at.leaf])).toBe(false);
      expect(provesInclusion(nodeVerifier, { ...at, seq: newer }, path)).toBe(false);
      expect(provesConsistency(nodeVerifier, from, to, [...hashes, from.root])).toBe(false);
      if (older < newer)
        expect(provesConsistency(nodeVerifier, { ...from, root: toHex(at.leaf) }, to, hashes)).toBe(
          older === 1 && seq === 0,
        );
      for (const [index, hash] of hashes.entries()) {
        const wrong = hashes.with(
          index,
          toHex(bytesOf(hash).map((byte, place) => (place === salt % 32 ? byte ^ 1 : byte))),
        );
        expect(provesConsistency(nodeVerifier, from, to, wrong)).toBe(false);
        expect(provesConsistency(nodeVerifier, from, to, hashes.toSpliced(index, 1))).toBe(false);
        changed += 1;
      }
    }),
    { numRuns: 150 },
  );
  expect(changed).toBeGreaterThan(500);
});

test("tiles and the tail give the same roots as all leaves", () => {
  const size = 66_000;
  const many = Array.from({ length: size }, (_, seq) => leafHash(nodeVerifier, `${seq}`));
  const known: Known = (from, to) => (to - from === 1 ? many[from] : undefined);
  const tileAt = (level: number, index: number): Uint8Array => {
    const span = 256 ** level;
    const hashes = Array.from({ length: 256 }, (_, at) => {
      const from = (index * 256 + at) * span;
      return fold(nodeVerifier, known, from, from + span) ?? new Uint8Array();
    });
    return Uint8Array.from(hashes.flatMap((hash) => [...hash]));
  };
  let read = 0;
  for (const ranges of [
    inclusionRanges(77, size),
    inclusionRanges(65_990, size),
    consistencyRanges(65_537, size),
    [{ from: 0, to: size }],
  ]) {
    const parts = partsOf(ranges, size);
    const tiles = new Map(parts.tiles.map(({ level, index }) => [`${level}/${index}`, tileAt(level, index)]));
    const tail = new Map(parts.leaves.map((seq) => [seq, many[seq]]));
    const source = {
      tile: (level: number, index: number) => tiles.get(`${level}/${index}`),
      leaf: (seq: number) => tail.get(seq),
    };
    expect(rootsOf(ranges, knownFrom(source, size))).toEqual(rootsOf(ranges, known));
    expect(tail.size).toBeLessThan(256);
    read += tiles.size;
  }
  expect(read).toBeLessThan(20);
});

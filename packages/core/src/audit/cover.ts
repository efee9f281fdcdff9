import type { Hasher } from "../base/hash.ts";
import { toHex } from "../base/hex.ts";
import { fold, foldWith, joinHex, middle, type Known, type Range } from "./merkle.ts";
import type { VerifierPlatform } from "./platform.ts";

/** One line of the tree file: a leaf if `isEntry`, else the root of a subtree that is not exported. */
export interface CoverLine extends Range {
  readonly isEntry: boolean;
  /** 64 hex digits. */
  readonly hash: string;
}

const COVER_LINE = /^(0|[1-9]\d{0,14})(?:-([1-9]\d{0,14}))? ([0-9a-f]{64})$/;

/**
 * The largest subtrees that hold no exported entry, and the exported entries
 * one by one, in order of position: they cover [0, size).
 *
 * @param exported positions, rising
 */
export function coverRanges(exported: readonly number[], size: number): readonly Range[] {
  const cover: Range[] = [];
  let next = 0;
  const visit = (from: number, to: number): void => {
    const seq = exported[next] ?? size;
    if (seq >= to || to - from === 1) {
      cover.push({ from, to });
      if (seq === from) next += 1;
      return;
    }
    visit(from, middle(from, to));
    visit(middle(from, to), to);
  };
  if (size > 0) visit(0, size);
  return cover;
}

/** The tree file of a bundle; undefined if `known` does not give the root of each range of the cover. */
export function writeCover(hash: Hasher, known: Known, exported: readonly number[], size: number): string | undefined {
  const entries = new Set(exported);
  let text = "";
  for (const { from, to } of coverRanges(exported, size)) {
    const root = fold(hash, known, from, to);
    if (root === undefined) return undefined;
    text += `${from}${entries.has(from) ? "" : `-${to}`} ${toHex(root)}\n`;
  }
  return text;
}

/** The lines of a tree file, each beginning where the one before ends; or the number of the first that does not. */
export function readCover(text = ""): readonly CoverLine[] | number {
  const lines: CoverLine[] = [];
  for (const line of text.split("\n").slice(0, -1)) {
    const [, from, to, hash = ""] = COVER_LINE.exec(line) ?? [];
    if (from !== String(lines.at(-1)?.to ?? 0)) return lines.length + 1;
    lines.push({ from: Number(from), to: Number(to ?? Number(from) + 1), isEntry: to === undefined, hash });
  }
  return text.endsWith("\n") ? lines : lines.length + 1;
}

/** The root of the tree at a size, as 64 hex digits, where the cover shows it. */
export function rootFromCover(
  platform: VerifierPlatform,
  lines: readonly CoverLine[],
): (size: number) => string | undefined {
  const starts = new Map(lines.map((line) => [line.from, line]));
  const known = (from: number, to: number): string | undefined =>
    starts.get(from)?.to === to ? starts.get(from)?.hash : undefined;
  return (size) => foldWith(joinHex(platform), known, 0, size);
}

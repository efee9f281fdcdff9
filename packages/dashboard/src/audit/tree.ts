/** Bytes that the platform's own cryptography takes. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** SHA-256; asynchronous, as browsers have it. */
export type HashOf = (bytes: Bytes) => Promise<Bytes>;

/**
 * A Merkle tree that grows by batches: complete subtrees level by level, so
 * that the root of any earlier size can be told, too.
 *
 * @see RFC 6962, section 2.1
 */
export class Tree {
  /** `#levels[k][i]` is the root of the leaves [i·2^k, (i+1)·2^k). */
  readonly #levels: Bytes[][] = [[]];
  readonly #hash: HashOf;

  constructor(hash: HashOf) {
    this.#hash = hash;
  }

  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  /** @param leaves hashes of the next entries, in order */
  async append(leaves: readonly Bytes[]): Promise<void> {
    this.#levels[0]?.push(...leaves);
    for (let level = 0; ; level += 1) {
      const below = this.#levels[level] ?? [];
      const above = (this.#levels[level + 1] ??= []);
      const full = Math.floor(below.length / 2);
      if (above.length === full) return;
      const pairs = Array.from({ length: full - above.length }, (_, index) => 2 * (above.length + index));
      above.push(...(await Promise.all(pairs.map((at) => this.#join(below[at], below[at + 1])))));
    }
  }

  /** @returns the root of the first `size` leaves; null for more than there are, or for none */
  async rootOf(size: number): Promise<Bytes | null> {
    if (size < 1 || size > this.size) return null;
    let root: Bytes | null = null;
    let end = size;
    for (let level = 0; end > 0; level += 1) {
      const isOdd = end % 2 === 1;
      const peak = isOdd ? this.#levels[level]?.[end - 1] : undefined;
      if (peak !== undefined) root = root === null ? peak : await this.#join(peak, root);
      end = Math.floor(end / 2);
    }
    return root;
  }

  async #join(left: Bytes | undefined, right: Bytes | undefined): Promise<Bytes> {
    const node = new Uint8Array(65);
    node[0] = 1;
    node.set(left ?? [], 1);
    node.set(right ?? [], 33);
    return this.#hash(node);
  }
}

/** The leaf of an entry: a hash of its stored bytes exactly as they are. */
export function leafOf(hash: HashOf, entry: Bytes): Promise<Bytes> {
  const leaf = new Uint8Array(entry.length + 1);
  leaf.set(entry, 1);
  return hash(leaf);
}

/** A node on the way from a leaf to the root: what was computed, and what the proof gave beside it. */
export interface PathNode {
  readonly computed: string;
  readonly given: string | null;
  /** On which side of the computed node the given one stands. */
  readonly side: "left" | "right" | "none";
}

/**
 * The way from a leaf to the root, computed here.
 *
 * @param beside the roots of the proof, leaf to root, each with its side
 */
export async function pathOf(
  hash: HashOf,
  leaf: Bytes,
  beside: readonly { readonly root: Bytes; readonly side: "left" | "right" }[],
): Promise<readonly PathNode[]> {
  const path: PathNode[] = [];
  let node = leaf;
  for (const { root, side } of beside) {
    path.push({ computed: hexOf(node), given: hexOf(root), side });
    const pair = new Uint8Array(65);
    pair[0] = 1;
    pair.set(side === "left" ? root : node, 1);
    pair.set(side === "left" ? node : root, 33);
    node = await hash(pair);
  }
  return [...path, { computed: hexOf(node), given: null, side: "none" }];
}

export function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function bytesOfHex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

import {
  emptyTree,
  equalBytes,
  frontierRoot,
  growTree,
  leafHash,
  TILE_WIDTH,
  toHex,
  type FullTile,
  type Hasher,
  type LogTree,
} from "@writ/core";
import type { LogLine, Store } from "../ports/store.ts";
import type { LogFinding } from "./log-report.ts";

/** What a walk over all entries of a log leaves behind. */
export interface Walked {
  readonly size: number;
  readonly root: Uint8Array;
  /** Roots at the sizes that were asked for. */
  readonly roots: ReadonlyMap<number, Uint8Array>;
  /** Stored bytes of the entries about the log itself. */
  readonly logEntries: readonly string[];
  readonly runs: ReadonlyMap<string, WalkedRun>;
}

export interface WalkedRun {
  /** Position of its first entry. */
  readonly first: number;
  version: number;
}

/** How canonical bytes of an entry end: what the columns beside them must say. */
const ENDING =
  /"kind":"(?:log","log":"(log_[0-9a-z]{26})"|run","log":"(log_[0-9a-z]{26})","run":"(run_[0-9a-z]{26})"),"seq":([0-9]+),"v":1(?:,"version":([0-9]+))?\}$/;
const LONGEST_ENDING = 180;
const HASH_BYTES = 32;
const NO_LEAF = new Uint8Array(32);

/**
 * Reads a log from its first entry to its last. Where an entry is not the one
 * whose hash its tile keeps, the kept hash goes on into the tree: so the head
 * says whether the entry was changed or the tile.
 */
export class LogWalk {
  readonly #store: Store;
  readonly #hash: Hasher;
  readonly #wanted: ReadonlySet<number>;
  readonly #say: (finding: LogFinding) => void;
  readonly #tree: LogTree = emptyTree();
  readonly #roots = new Map<number, Uint8Array>();
  readonly #logEntries: string[] = [];
  readonly #runs = new Map<string, WalkedRun>();
  #next = 0;
  /** Leaves of the tile that is being read, undefined where the entry is missing or not of this place. */
  #open: (Uint8Array | undefined)[] = [];
  /** Positions something was said of. */
  readonly #blamed: number[] = [];

  /** @param wanted sizes at which the root is remembered */
  constructor(store: Store, hash: Hasher, wanted: ReadonlySet<number>, say: (finding: LogFinding) => void) {
    this.#store = store;
    this.#hash = hash;
    this.#wanted = wanted;
    this.#say = say;
  }

  async finished(): Promise<Walked> {
    const { size, frontier } = await this.#store.audit.head();
    for await (const batch of this.#store.audit.lines(0, size)) {
      for (const line of batch) {
        while (this.#next < line.seq) if (this.#miss()) await this.#close();
        if (this.#see(line)) await this.#close();
      }
    }
    while (this.#next < size) if (this.#miss()) await this.#close();
    for (const leaf of this.#open) this.#grow(leaf ?? NO_LEAF);
    this.#compareHead(frontier);
    const root = frontierRoot(this.#hash, frontier);
    return { size, root, roots: this.#roots, logEntries: this.#logEntries, runs: this.#runs };
  }

  /** @returns whether the tile is full */
  #see({ bytes, run, seq, version }: LogLine): boolean {
    const [, ofLog, ofRun, name, at, count] = ENDING.exec(bytes.slice(-LONGEST_ENDING)) ?? [];
    const isItself =
      (ofLog ?? ofRun) === this.#store.log.id && (name ?? null) === run && Number(count ?? 0) === (version ?? 0);
    if (at !== undefined && Number(at) !== seq) this.#object("entry_order", seq);
    else if (!isItself) this.#object("entry_malformed", seq);
    if (run === null) this.#logEntries.push(bytes);
    else this.#follow(run, seq, version ?? 0);
    return this.#add(leafHash(this.#hash, bytes));
  }

  #miss(): boolean {
    this.#object("entry_missing", this.#next);
    return this.#add(undefined);
  }

  #add(leaf: Uint8Array | undefined): boolean {
    this.#open.push(leaf);
    this.#next += 1;
    return this.#open.length === TILE_WIDTH;
  }

  #follow(run: string, seq: number, version: number): void {
    const known = this.#runs.get(run);
    if (version !== (known?.version ?? 0) + 1) this.#object("run_gap", seq);
    if (known === undefined) this.#runs.set(run, { first: seq, version });
    else known.version = version;
  }

  /** A full tile of leaves: entries against the hashes that are kept of them. */
  async #close(): Promise<void> {
    const first = this.#next - TILE_WIDTH;
    const kept = await this.#store.audit.tile(0, first / TILE_WIDTH);
    if (kept === null) this.#object("tree_malformed", first, this.#next - 1);
    for (const [index, leaf] of this.#open.entries()) {
      const stored = kept?.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
      if (leaf !== undefined && stored !== undefined && !equalBytes(leaf, stored))
        this.#changed(first + index, leaf, stored);
      for (const tile of this.#grow(stored ?? leaf ?? NO_LEAF)) await this.#compareTile(tile);
    }
    this.#open = [];
  }

  /** Tiles above the leaves hold the roots of those below. */
  async #compareTile({ level, index, hashes }: FullTile): Promise<void> {
    if (level === 0) return;
    const kept = await this.#store.audit.tile(level, index);
    const span = TILE_WIDTH ** (level + 1);
    if (kept === null || !equalBytes(kept, hashes))
      this.#object("tree_malformed", index * span, (index + 1) * span - 1);
  }

  /** The stored head against the tree of the entries; what differs lies under the first root that does. */
  #compareHead(frontier: readonly Uint8Array[]): void {
    let from = 0;
    for (const [at, node] of this.#tree.frontier.entries()) {
      const span = 2 ** Math.floor(Math.log2(this.#tree.size - from));
      const stored = frontier[at];
      if (stored === undefined || !equalBytes(node, stored))
        this.#differs(from, from + span - 1, node, stored ?? NO_LEAF);
      from += span;
    }
    if (frontier.length > this.#tree.frontier.length) this.#object("tree_root", null);
  }

  #differs(from: number, until: number, found: Uint8Array, kept: Uint8Array): void {
    if (this.#blamed.some((seq) => seq >= from && seq <= until)) return;
    const isOne = from === until;
    this.#say({
      code: isOne ? "entry_leaf" : "tree_root",
      seq: from,
      until: isOne ? null : until,
      compared: both(kept, found),
    });
  }

  #changed(seq: number, found: Uint8Array, kept: Uint8Array): void {
    if (!this.#blamed.includes(seq)) this.#say({ code: "entry_leaf", seq, until: null, compared: both(kept, found) });
    this.#blamed.push(seq);
  }

  #object(code: LogFinding["code"], seq: number | null, until: number | null = null): void {
    this.#say({ code, seq, until, compared: [] });
    if (seq !== null) this.#blamed.push(seq);
  }

  #grow(leaf: Uint8Array): readonly FullTile[] {
    const full = growTree(this.#hash, this.#tree, leaf);
    if (this.#wanted.has(this.#tree.size))
      this.#roots.set(this.#tree.size, frontierRoot(this.#hash, this.#tree.frontier));
    return full;
  }
}

function both(kept: Uint8Array, found: Uint8Array): LogFinding["compared"] {
  return [
    { what: "stored leaf", value: `sha256:${toHex(kept)}` },
    { what: "hash of entry", value: `sha256:${toHex(found)}` },
  ];
}

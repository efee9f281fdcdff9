import {
  type BundleContent,
  canonicalJson,
  concernsRun,
  coverRanges,
  type Digest,
  type DocumentFrame,
  documentsNamedBy,
  documentsNamedIn,
  type Hasher,
  OrchestratorError,
  payloadFrames,
  type RunId,
  type StoredEntry,
  utf8Bytes,
  writeCover,
} from "@writ/core";
import { knownTree } from "../engine/tree-parts.ts";
import type { Store } from "../ports/store.ts";

/** What is exported of a log. */
export interface Wanted {
  /** Null for the whole log. */
  readonly run: RunId | null;
  readonly payloads: "included" | "withheld";
}

/** The parts of a bundle that come out of the store: of the log as it was with `size` entries. */
export type StoredContent = Pick<
  BundleContent,
  "log" | "tenant" | "scope" | "size" | "tree" | "entries" | "payloads" | "documents"
>;

/** @throws OrchestratorError `log_corrupt` where a tile, an entry or a document is missing */
export async function storedContent(
  store: Store,
  hash: Hasher,
  { run, payloads }: Wanted,
  size: number,
): Promise<StoredContent & { readonly stored: readonly StoredEntry[] }> {
  const seqs = run === null ? null : await positionsOf(store, run, size);
  const stored = await entriesAt(store, seqs, size);
  const texts = stored.map(({ bytes }) => bytes);
  const documents = await documentsOf(store, texts);
  const own = seqs ?? stored.map(({ seq }) => seq);
  const tree = writeCover(hash, await knownTree(store.audit, hash, coverRanges(own, size), size), own, size);
  if (tree === undefined || stored.length !== own.length)
    throw new OrchestratorError(
      "log_corrupt",
      "a part of the log's tree is missing; see where with: writ audit verify",
    );
  return {
    log: store.log.id,
    tenant: store.log.tenant,
    scope: run === null ? { kind: "log" } : { kind: "run", run },
    ...{ size, tree, documents, stored },
    entries: texts,
    payloads: payloads === "withheld" ? "withheld" : payloadFrames(stored),
  };
}

/** Positions of a run's entries and of what the log itself says about them, rising. */
async function positionsOf(store: Store, run: RunId, size: number): Promise<readonly number[]> {
  const own = new Set((await store.audit.positions(run)).filter((seq) => seq < size));
  const texts = (await entriesAt(store, [...own], size)).map(({ bytes }) => bytes);
  const documents = new Set<string>((await documentsOf(store, texts)).map(({ digest }) => digest));
  const log = await entriesAt(store, await store.audit.positions(null), size);
  return [...own, ...log.filter(({ bytes }) => concernsRun(bytes, own, documents)).map(({ seq }) => seq)].toSorted(
    (a, b) => a - b,
  );
}

/** @param seqs rising; null for all */
async function entriesAt(store: Store, seqs: readonly number[] | null, size: number): Promise<readonly StoredEntry[]> {
  const found: StoredEntry[] = [];
  const wanted = seqs === null ? null : new Set(seqs);
  const last = Math.min(size, (seqs?.at(-1) ?? size - 1) + 1);
  const isSparse = wanted !== null && last - (seqs?.[0] ?? 0) > 4 * wanted.size;
  for (const seq of isSparse ? wanted : [])
    for await (const batch of store.audit.entries(seq, Math.min(seq + 1, size))) found.push(...batch);
  if (isSparse) return found;
  for await (const batch of store.audit.entries(seqs?.[0] ?? 0, last))
    found.push(...batch.filter(({ seq }) => wanted?.has(seq) !== false));
  return found;
}

/** Every document that can be reached from the facts of entries; one that was dropped is not there. */
async function documentsOf(store: Store, texts: readonly string[]): Promise<readonly DocumentFrame[]> {
  const found = new Map<Digest, Uint8Array>();
  const open = texts.flatMap((text) => documentsNamedBy(text));
  for (let digest = open.pop(); digest !== undefined; digest = open.pop()) {
    const document = found.has(digest) ? null : await store.documents.get(digest);
    if (document === null) continue;
    const text = canonicalJson(document);
    found.set(digest, utf8Bytes(text));
    open.push(...documentsNamedIn(text));
  }
  return [...found].map(([digest, bytes]) => ({ digest, bytes }));
}

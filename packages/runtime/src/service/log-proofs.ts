import {
  belongsToReceipt,
  type Checkpoint,
  consistencyRanges,
  coverRanges,
  type Digest,
  type Head,
  inclusionRanges,
  OrchestratorError,
  parseCheckpoint,
  type RunId,
  type VerifierPlatform,
  writeConsistency,
  writeCover,
  writeInclusion,
  writeReceipt,
} from "@writ/core";
import { knownTree, rootAt, rootsOf } from "../engine/tree-parts.ts";
import type { LogLine, Store } from "../ports/store.ts";

/**
 * Proofs that entries stand in the log with this signed head, one document an entry.
 *
 * @param seqs below the size of the head
 * @throws OrchestratorError `log_corrupt`
 */
export async function inclusionProofs(
  store: Store,
  platform: VerifierPlatform,
  seqs: readonly number[],
  note: string,
): Promise<readonly string[]> {
  const head = headOf(platform, note);
  const lines = await linesAt(store, seqs);
  const known = await knownTree(
    store.audit,
    platform,
    seqs.flatMap((seq) => inclusionRanges(seq, head.size)),
    head.size,
  );
  return lines.map(({ seq, bytes }) => {
    const hashes = rootsOf(platform, known, inclusionRanges(seq, head.size));
    if (hashes === undefined) throw incomplete();
    return writeInclusion(
      { log: store.log.id, seq, entry: bytes, head: { size: head.size, root: head.root }, note },
      hashes,
    );
  });
}

/**
 * A proof that the log grew from an older head to a newer one by appending.
 *
 * @throws OrchestratorError `log_rolled_back` where the older head is the larger one, `log_corrupt`
 */
export async function consistencyProof(
  store: Store,
  platform: VerifierPlatform,
  older: Head,
  newer: Head,
): Promise<string> {
  if (older.size > newer.size) {
    throw new OrchestratorError(
      "log_rolled_back",
      "the log is smaller than the head given with --since; look at it with: writ audit verify",
      { details: { seen: older.size, size: newer.size } },
    );
  }
  const ranges = consistencyRanges(older.size, newer.size);
  const hashes = rootsOf(platform, await knownTree(store.audit, platform, ranges, newer.size), ranges);
  if (hashes === undefined) throw incomplete();
  return writeConsistency(store.log.id, older, newer, hashes);
}

/**
 * What the log says it was with fewer entries, and the proof that it only grew since.
 *
 * @param note the newer signed head
 * @throws OrchestratorError `log_rolled_back` where the log is smaller, `log_corrupt`
 */
export async function growthSince(
  store: Store,
  platform: VerifierPlatform,
  size: number,
  note: string,
): Promise<{ readonly older: Head; readonly proof: string }> {
  const newer = headOf(platform, note);
  const root = size > newer.size ? new Uint8Array() : await rootAt(store.audit, platform, size);
  if (root === undefined) throw incomplete();
  const older = { size, root };
  return { older, proof: await consistencyProof(store, platform, older, newer) };
}

/** The receipt of an approval, one line. @throws OrchestratorError `log_corrupt` */
export async function approvalReceipt(
  store: Store,
  platform: VerifierPlatform,
  run: RunId,
  bindingHash: Digest,
  note: string,
): Promise<string> {
  const { size } = headOf(platform, note);
  const candidates = [...(await store.audit.positions(null)), ...(await store.audit.positions(run))]
    .filter((seq) => seq < size)
    .toSorted((a, b) => a - b);
  const lines = (await linesAt(store, candidates)).filter(({ bytes }) => belongsToReceipt(bytes, bindingHash));
  const seqs = lines.map(({ seq }) => seq);
  const tree = writeCover(platform, await knownTree(store.audit, platform, coverRanges(seqs, size), size), seqs, size);
  if (tree === undefined) throw incomplete();
  return writeReceipt({ bindingHash, checkpoint: note, entries: lines.map(({ bytes }) => bytes), tree });
}

/** A signed head that somebody kept. @throws OrchestratorError `input_malformed` */
export function headOf(platform: VerifierPlatform, note: string): Checkpoint {
  const head = parseCheckpoint(platform, note);
  if (head === undefined)
    throw new OrchestratorError(
      "input_malformed",
      "the file is no signed head of a log; write one with: writ audit checkpoint",
    );
  return head;
}

async function linesAt(store: Store, seqs: readonly number[]): Promise<readonly LogLine[]> {
  const lines: LogLine[] = [];
  for (const seq of seqs) for await (const batch of store.audit.lines(seq, seq + 1)) lines.push(...batch);
  return lines;
}

function incomplete(): OrchestratorError {
  return new OrchestratorError("log_corrupt", "a part of the log's tree is missing; see where with: writ audit verify");
}

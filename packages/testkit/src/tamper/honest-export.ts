import { nodeHasher } from "@writ/adapters/system/sha256";
import { bundleFiles, closeBundle, manifestFor, type BundleContent, type ReplayedRun } from "@writ/core/audit/bundle";
import { checkpointText } from "@writ/core/audit/checkpoint";
import { writeCover } from "@writ/core/audit/cover";
import { concernsRun, documentsNamedBy, documentsNamedIn, payloadFrames } from "@writ/core/audit/export";
import { leafHash } from "@writ/core/audit/leaf";
import { listFiles, type BundleFiles, type Scope } from "@writ/core/audit/manifest";
import { fold, rootOf, type Known } from "@writ/core/audit/merkle";
import { writeNote } from "@writ/core/audit/note";
import { writeConsistency } from "@writ/core/audit/proof-document";
import { consistencyRanges, type Head } from "@writ/core/audit/proof";
import { canonicalJson, isJsonArray, isJsonObject, type JsonObject } from "@writ/core/base/json";
import { parseCanonical } from "@writ/core/base/json-parse";
import { epochMs } from "@writ/core/base/time";
import { utf8Bytes } from "@writ/core/base/utf8";
import type { StoredEntry } from "@writ/core/journal/stored-entry";

import { objectOf } from "../vectors.ts";
import type { HonestLog } from "./honest-log.ts";
import type { TestSigner } from "./test-key.ts";

export interface ExportShape {
  /** The whole log, or one run. */
  readonly scope: Scope;
  readonly payloads: "included" | "withheld";
  /** The size of the head that the receiver saw before; 0 for none. */
  readonly since: number;
}

/** The tree of a made-up log. */
export function treeOf(log: HonestLog): { readonly leaves: readonly Uint8Array[]; readonly known: Known } {
  const leaves = log.entries.map(({ bytes }) => leafHash(nodeHasher, bytes));
  return { leaves, known: (from, to) => (to - from === 1 ? leaves[from] : undefined) };
}

/** A head of the log when it had this many entries, signed by the key then in force. */
export function signedHead(log: HonestLog, size: number): { readonly head: Head; readonly note: string } {
  const head = { size, root: rootOf(nodeHasher, treeOf(log).leaves.slice(0, size)) };
  const text = checkpointText(log.origin, head, epochMs(log.now));
  const { key, sign } = signerAt(log, size);
  return { head, note: writeNote(text, key, sign(text)) };
}

export function signerAt(log: HonestLog, size: number): TestSigner {
  const last = log.signers.findLast(({ seq }) => seq < size);
  if (last === undefined) throw new RangeError("a log has a key from its first entry on");
  return last.signer;
}

/** An export made by the builders that the product's exporter uses. */
export function honestExport(log: HonestLog, { scope, payloads, since }: ExportShape): BundleFiles {
  const size = log.entries.length;
  const { known } = treeOf(log);
  const exported = scope.kind === "log" ? log.entries : entriesOfRun(log, scope.run);
  const { head, note } = signedHead(log, size);
  const hashes =
    since === 0
      ? []
      : consistencyRanges(since, size).map(({ from, to }) => fold(nodeHasher, known, from, to) ?? new Uint8Array());
  const content: BundleContent = {
    log: log.log,
    tenant: log.tenant,
    scope,
    size,
    checkpoint: note,
    tree:
      writeCover(
        nodeHasher,
        known,
        exported.map(({ seq }) => seq),
        size,
      ) ?? "",
    entries: exported.map(({ bytes }) => bytes),
    payloads: payloads === "withheld" ? "withheld" : payloadFrames(exported),
    documents: documentsOf(log, exported),
    consistency: since === 0 ? null : writeConsistency(log.log, signedHead(log, since).head, head, hashes),
    replay: { by: "writ/0.1.0", runs: replayOf(exported) },
    report: "# A view; it proves nothing.\n",
    createdAt: log.now,
    by: "writ/0.1.0",
  };
  const files = bundleFiles(content);
  const { key, sign } = signerAt(log, size);
  const manifest = manifestFor(nodeHasher, content, files, key);
  return closeBundle(files, manifest, key, sign(manifest));
}

/** The bundle with other files or another manifest, closed by the log's own key. */
export function resignedExport(log: HonestLog, files: BundleFiles, manifest?: string): BundleFiles {
  const { key, sign } = signerAt(log, log.entries.length);
  const [line = ""] = Buffer.from(files.get("manifest") ?? [])
    .toString()
    .split("\n");
  const old = objectOf(line);
  const text = `${manifest ?? canonicalJson({ ...old, files: listFiles(nodeHasher, files).map((file) => ({ ...file })) })}\n`;
  return closeBundle(files, text, key, sign(text));
}

function entriesOfRun(log: HonestLog, run: string): readonly StoredEntry[] {
  const own = new Set(log.entries.filter((entry) => entry.run === run).map(({ seq }) => seq));
  return log.entries.filter(
    (entry) => own.has(entry.seq) || (entry.run === null && concernsRun(entry.bytes, own, new Set())),
  );
}

function documentsOf(log: HonestLog, entries: readonly StoredEntry[]): BundleContent["documents"] {
  const reached = new Set<`sha256:${string}`>();
  const reach = (digest: `sha256:${string}`): void => {
    if (reached.has(digest) || !log.documents.has(digest)) return;
    reached.add(digest);
    documentsNamedIn(log.documents.get(digest) ?? "").forEach(reach);
  };
  for (const { bytes } of entries) documentsNamedBy(bytes).forEach(reach);
  return [...reached].map((digest) => ({ digest, bytes: utf8Bytes(log.documents.get(digest) ?? "") }));
}

function replayOf(entries: readonly StoredEntry[]): readonly ReplayedRun[] {
  const runs = new Map<string, ReplayedRun>();
  for (const { run, version, bytes } of entries) {
    if (run === null || version === null) continue;
    const facts = factsOf(bytes);
    const hash = facts.find(({ type }) => type === "run_ended")?.["record_hash"];
    const before = runs.get(run)?.facts ?? 0;
    const record = typeof hash === "string" ? hash : null;
    runs.set(run, { run, versions: version, facts: before + facts.length, result: "equal", record_hash: record });
  }
  return [...runs.values()].sort((a, b) => (a.run < b.run ? -1 : 1));
}

function factsOf(text: string): readonly JsonObject[] {
  const entry = parseCanonical(text);
  const facts = isJsonObject(entry) ? entry["facts"] : [];
  return isJsonArray(facts) ? facts.filter(isJsonObject) : [];
}

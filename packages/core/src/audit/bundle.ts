import type { Hasher } from "../base/hash.ts";
import { canonicalJson } from "../base/json.ts";
import { utf8Bytes } from "../base/utf8.ts";
import { writeFrames, type DocumentFrame, type PayloadFrame } from "./frame.ts";
import type { LogKey } from "./log-key.ts";
import { listFiles, manifestText, type BundleFiles, type Manifest, type Scope } from "./manifest.ts";
import { writeNote } from "./note.ts";
import { VERIFY_GUIDE } from "./verify-guide.ts";

/** What an export holds, before it is written as files. */
export interface BundleContent {
  readonly log: string;
  readonly tenant: string;
  readonly scope: Scope;
  /** Of the whole log, as `checkpoint` says. */
  readonly size: number;
  /** The signed head as a note. */
  readonly checkpoint: string;
  /** The cover of the exported entries. */
  readonly tree: string;
  /** Stored bytes as texts, by position. */
  readonly entries: readonly string[];
  readonly payloads: readonly PayloadFrame[] | "withheld";
  readonly documents: readonly DocumentFrame[];
  /** A proof of 3.6 from an older head. */
  readonly consistency: string | null;
  readonly replay: ReplayReport | null;
  /** A view for people; it proves nothing. */
  readonly report: string | null;
  readonly createdAt: number;
  /** The product that writes it. */
  readonly by: string;
}

/** What a replay of the exported runs found, sorted by run. */
export interface ReplayReport {
  readonly by: string;
  readonly runs: readonly ReplayedRun[];
}

export interface ReplayedRun {
  readonly run: string;
  readonly versions: number;
  readonly facts: number;
  readonly result: "equal" | "different" | "not_replayable";
  readonly record_hash: string | null;
}

/** The files of a bundle without their manifest. */
export function bundleFiles(content: BundleContent): Map<string, Uint8Array> {
  const { checkpoint, consistency, documents, entries, payloads, replay, report, tree } = content;
  const claim =
    replay && canonicalJson({ type: "writ/replay/v1", by: replay.by, runs: replay.runs.map((run) => ({ ...run })) });
  const texts: readonly (readonly [string, string | null])[] = [
    ["VERIFY.md", VERIFY_GUIDE],
    ["checkpoint", checkpoint],
    ["consistency.json", consistency === null ? null : `${consistency}\n`],
    ["entries.jsonl", entries.map((entry) => `${entry}\n`).join("")],
    ["replay.json", claim === null ? null : `${claim}\n`],
    ["report.md", report],
    ["tree", tree],
  ];
  const files = new Map<string, Uint8Array>();
  for (const [name, text] of texts) if (text !== null) files.set(name, utf8Bytes(text));
  return files.set("blobs", writeFrames(payloads === "withheld" ? [] : payloads, documents));
}

/**
 * What the log's key signs to close a bundle.
 *
 * @param files all files but the manifest
 * @param key the one in force, which signed the checkpoint
 */
export function manifestFor(hash: Hasher, content: BundleContent, files: BundleFiles, key: LogKey): string {
  const { by, createdAt, entries, log, payloads, scope, size, tenant } = content;
  const manifest: Manifest = {
    ...{ by, createdAt, log, scope, size, tenant },
    entries: entries.length,
    files: listFiles(hash, files),
    key: key.text,
    origin: key.name,
    payloads: payloads === "withheld" ? "withheld" : "included",
  };
  return manifestText(manifest);
}

/** All files of a bundle, the signed manifest among them. */
export function closeBundle(files: BundleFiles, manifest: string, key: LogKey, signature: Uint8Array): BundleFiles {
  return new Map([...files, ["manifest", utf8Bytes(writeNote(manifest, key, signature))]]);
}

import type { Hasher } from "../base/hash.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import { hasExactly, isCount, isText, items, member, readStored } from "./stored-json.ts";

/** All the bundle's files by name. */
export type BundleFiles = ReadonlyMap<string, Uint8Array>;

export interface FileEntry {
  readonly name: string;
  readonly bytes: number;
  /** 64 hex digits. */
  readonly sha256: string;
}

/** What is exported: the whole log, or one run with the log's own entries. */
export type Scope = { readonly kind: "log" } | { readonly kind: "run"; readonly run: string };

export interface Manifest {
  readonly log: string;
  readonly origin: string;
  readonly tenant: string;
  /** The vkey of the key in force, which signs the manifest. */
  readonly key: string;
  readonly scope: Scope;
  /** Of the whole log. */
  readonly size: number;
  /** Exported. */
  readonly entries: number;
  readonly payloads: "included" | "withheld";
  readonly createdAt: number;
  /** The product that wrote it. */
  readonly by: string;
  readonly files: readonly FileEntry[];
}

export const BUNDLE_TYPE = "writ/bundle/v1";
export const FILE_NAMES =
  /^(VERIFY\.md|blobs|checkpoint|consistency\.json|entries\.jsonl|replay\.json|report\.md|tree)$/;
const MEMBERS = "by,created_at_ms,entries,files,key,log,origin,payloads,scope,size,tenant,type";

/** Names, sizes and digests of all files but the manifest, sorted by name. */
export function listFiles(hash: Hasher, files: BundleFiles): readonly FileEntry[] {
  const listed = [...files].map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: hash.sha256Hex(bytes) }));
  return listed.filter(({ name }) => name !== "manifest").sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The text of the manifest: what the log's key signs. */
export function manifestText(manifest: Manifest): string {
  const { log, origin, tenant, key, size, entries, payloads, by, createdAt } = manifest;
  const scope = manifest.scope.kind === "log" ? { kind: "log" } : { kind: "run", run: manifest.scope.run };
  const files = manifest.files.map(({ name, bytes, sha256 }) => ({ bytes, name, sha256 }));
  const head = { log, origin, tenant, key, scope, size, entries, payloads, created_at_ms: createdAt, by, files };
  return `${canonicalJson({ ...head, type: BUNDLE_TYPE })}\n`;
}

/** @returns `unsupported` for a manifest of a later version, undefined for what is no manifest */
export function readManifest(text: string): Manifest | "unsupported" | undefined {
  const value = text.endsWith("\n") ? readStored(text.slice(0, -1)) : undefined;
  const type = member(value, "type");
  if (isText(type) && /^writ\/bundle\/v([2-9]|[1-9]\d+)$/.test(type)) return "unsupported";
  if (type !== BUNDLE_TYPE || !hasExactly(value, MEMBERS)) return undefined;
  const { log, origin, tenant, key, size, entries, payloads, by, created_at_ms: createdAt } = value;
  const scope = readScope(value["scope"]);
  const files = items(value["files"]).flatMap(readFile);
  const isSorted = files.every(({ name }, at) => at === 0 || (files[at - 1]?.name ?? "") < name);
  if (!isText(log) || !isText(origin) || !isText(tenant) || !isText(key) || !isText(by)) return undefined;
  if (!isCount(size) || !isCount(entries) || !isCount(createdAt) || scope === undefined || !isSorted) return undefined;
  if ((payloads !== "included" && payloads !== "withheld") || files.length !== items(value["files"]).length)
    return undefined;
  return { log, origin, tenant, key, scope, size, entries, payloads, createdAt, by, files };
}

function readScope(value: Json | undefined): Scope | undefined {
  const run = member(value, "run");
  if (hasExactly(value, "kind") && value["kind"] === "log") return { kind: "log" };
  return hasExactly(value, "kind,run") && value["kind"] === "run" && isText(run) ? { kind: "run", run } : undefined;
}

function readFile(value: Json): readonly FileEntry[] {
  if (!hasExactly(value, "bytes,name,sha256")) return [];
  const { bytes, name, sha256 } = value;
  return isCount(bytes) && isText(name) && FILE_NAMES.test(name) && isText(sha256) ? [{ bytes, name, sha256 }] : [];
}

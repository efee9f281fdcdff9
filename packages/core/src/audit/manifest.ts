import type { Hasher } from "../base/hash.ts";
import { canonicalJson } from "../base/json.ts";

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
  return `${canonicalJson({ ...head, type: "writ/bundle/v1" })}\n`;
}

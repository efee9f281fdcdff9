import type { Json, JsonObject } from "../base/json.ts";
import { parseVkey } from "./log-key.ts";
import type { BundleFiles } from "./manifest.ts";
import { isSignedBy, parseNote } from "./note.ts";
import type { Audit, VerifierPlatform } from "./platform.ts";
import { differing, hasExactly, items, member, readStored } from "./stored-json.ts";

const REQUIRED = ["blobs", "checkpoint", "entries.jsonl", "tree"];
const FILE_NAMES = /^(VERIFY\.md|blobs|checkpoint|consistency\.json|entries\.jsonl|replay\.json|report\.md|tree)$/;
const MANIFEST = "by,created_at_ms,entries,files,key,log,origin,payloads,scope,size,tenant,type";

/** Whether a `type` is of a later version than ours. */
export const isLater = (type: unknown): boolean => /^writ\/(bundle|receipt)\/v([2-9]|[1-9]\d+)$/.test(String(type));

/** The value of a file of one line of canonical JSON and a line feed. */
export const readLine = (platform: VerifierPlatform, bytes: Uint8Array | undefined): Json | undefined =>
  bytes?.at(-1) === 10 ? readStored(platform.utf8(bytes.subarray(0, -1))) : undefined;

/** Step 1: framing and signature of the manifest. What it claims of the log is compared later. */
export function checkManifest(audit: Audit, bytes: Uint8Array): JsonObject | undefined {
  const note = parseNote(audit, audit.utf8(bytes));
  const manifest = readStored(note?.text.slice(0, -1));
  const key = parseVkey(audit, member(manifest, "key"));
  const isManifest = hasExactly(manifest, MANIFEST) && manifest["type"] === "writ/bundle/v1";
  if (isLater(member(manifest, "type"))) audit.say("bundle_unsupported", {}, "manifest");
  else if (!isManifest || note?.signatures.size !== 1) audit.say("manifest_malformed", {}, "manifest");
  else if (!isSignedBy(audit, note, key)) audit.say("manifest_signature", {}, "manifest");
  return isManifest ? manifest : undefined;
}

/** Step 2: the files are those listed, byte for byte. */
export function checkFiles(audit: Audit, files: BundleFiles, manifest: JsonObject | undefined): void {
  const listed = new Map(items(manifest?.["files"]).map((file) => [String(member(file, "name")), file]));
  const missing = [...REQUIRED, ...listed.keys()].filter((name) => !files.has(name));
  for (const name of new Set(missing)) audit.say("file_missing", {}, name);
  for (const [name, bytes] of files) {
    const expected = { bytes: bytes.length, name, sha256: audit.sha256Hex(bytes) };
    if (name === "manifest" || (manifest === undefined && FILE_NAMES.test(name))) continue;
    if (!listed.has(name) || !FILE_NAMES.test(name)) audit.say("file_unexpected", {}, name);
    else if (differing(expected, listed.get(name)) !== undefined) audit.say("file_digest", {}, name);
  }
}

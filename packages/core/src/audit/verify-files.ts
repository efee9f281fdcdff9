import type { JsonObject } from "../base/json.ts";
import { parseVkey } from "./log-key.ts";
import type { BundleFiles } from "./manifest.ts";
import { isSignedBy, parseNote } from "./note.ts";
import type { Audit } from "./platform.ts";
import { hasExactly, items, member, readStored } from "./stored-json.ts";

const REQUIRED = ["blobs", "checkpoint", "entries.jsonl", "tree"];
const NAMES = /^(VERIFY\.md|blobs|checkpoint|consistency\.json|entries\.jsonl|replay\.json|report\.md|tree)$/;
const MEMBERS = "by,created_at_ms,entries,files,key,log,origin,payloads,scope,size,tenant,type";

/** Whether a `type` is of a later version than ours. */
export function isLater(type: unknown): boolean {
  return /^writ\/(bundle|receipt)\/v([2-9]|[1-9]\d+)$/.test(String(type));
}

/** Step 1: framing and signature of the manifest. What it claims of the log is compared later. */
export function checkManifest(audit: Audit, files: BundleFiles): JsonObject | undefined {
  const bytes = files.get("manifest");
  const note = parseNote(audit, bytes && audit.utf8(bytes));
  const manifest = readStored(note?.text.slice(0, -1));
  const key = parseVkey(audit, member(manifest, "key"));
  const isManifest = hasExactly(manifest, MEMBERS) && manifest["type"] === "writ/bundle/v1";
  if (bytes === undefined) audit.say(files.has("entries.jsonl") ? "file_missing" : "bundle_not_found", {}, "manifest");
  else if (isLater(member(manifest, "type"))) audit.say("bundle_unsupported", {}, "manifest");
  else if (!isManifest || note?.signatures.size !== 1) audit.say("manifest_malformed", {}, "manifest");
  else if (!isSignedBy(audit, note, key)) audit.say("manifest_signature", {}, "manifest");
  return isManifest ? manifest : undefined;
}

/** Step 2: the files are those listed, byte for byte. */
export function checkFiles(audit: Audit, files: BundleFiles, manifest: JsonObject | undefined): void {
  const listed = new Map(items(manifest?.["files"]).map((file) => [String(member(file, "name")), file]));
  for (const name of new Set([...REQUIRED, ...listed.keys()]))
    if (!files.has(name)) audit.say("file_missing", {}, name);
  for (const [name, bytes] of files) {
    const file = listed.get(name);
    const isSame = member(file, "bytes") === bytes.length && member(file, "sha256") === audit.sha256Hex(bytes);
    if (name === "manifest" || (manifest === undefined && NAMES.test(name))) continue;
    if (file === undefined || !NAMES.test(name)) audit.say("file_unexpected", {}, name);
    else if (!isSame) audit.say("file_digest", {}, name);
  }
}

import type { Json, JsonObject } from "../base/json.ts";
import { parseVkey } from "./log-key.ts";
import type { BundleFiles } from "./manifest.ts";
import { isSignedBy, parseNote } from "./note.ts";
import type { Audit, VerifierPlatform } from "./platform.ts";
import { differing, formOf, items, member, readStored } from "./stored-json.ts";

const REQUIRED = ["blobs", "checkpoint", "entries.jsonl", "tree"];
const FILE_NAMES = /^(VERIFY\.md|blobs|checkpoint|consistency\.json|entries\.jsonl|replay\.json|report\.md|tree)$/;
const MANIFEST = "by,created_at_ms,entries,files,key,log,origin,payloads,scope,size,tenant,type";

/** Whether a form is of a later version than ours. */
export const isLater = (form: Json | undefined): boolean =>
  /^writ\/(bundle|receipt)\/v([2-9]|[1-9]\d+)$/.test(String(member(form, "type")));

/** The value of a file of one line of canonical JSON and a line feed. */
export const readLine = (platform: VerifierPlatform, bytes: Uint8Array | undefined): Json | undefined =>
  bytes?.at(-1) === 10 ? readStored(platform.utf8(bytes.subarray(0, -1))) : undefined;

/** Step 1: framing and signature of the manifest. What it claims of the log is compared later. */
export function checkManifest(audit: Audit, bytes: Uint8Array | undefined): JsonObject | undefined {
  const note = parseNote(audit, audit.utf8(bytes));
  const value = readStored(note?.text.slice(0, -1));
  const manifest = formOf(value, "writ/bundle/v1", MANIFEST);
  if (isLater(value)) audit.say("bundle_unsupported", {}, "manifest");
  else if (!manifest || note?.signatures.size !== 1) audit.say("manifest_malformed", {}, "manifest");
  else if (!isSignedBy(audit, note, parseVkey(audit, manifest["key"]))) audit.say("manifest_signature", {}, "manifest");
  return manifest;
}

/** Step 2: the files are those listed, byte for byte. */
export function checkFiles(audit: Audit, files: BundleFiles, manifest: JsonObject | undefined): void {
  const listed = new Map(items(manifest?.["files"]).map((file) => [String(member(file, "name")), file]));
  for (const name of new Set([...REQUIRED, ...listed.keys()]))
    if (!files.has(name)) audit.say("file_missing", {}, name);
  for (const [name, bytes] of files) {
    const expected = { bytes: bytes.length, name, sha256: audit.sha256Hex(bytes) };
    if (name === "manifest" || (manifest === undefined && FILE_NAMES.test(name))) continue;
    if (!listed.has(name) || !FILE_NAMES.test(name)) audit.say("file_unexpected", {}, name);
    else if (differing(expected, listed.get(name)) !== undefined) audit.say("file_digest", {}, name);
  }
}

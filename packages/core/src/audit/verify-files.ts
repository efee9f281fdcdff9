import { isSignedBy, parseNote } from "./note.ts";
import { parseVkey } from "./log-key.ts";
import { FILE_NAMES, readManifest, type BundleFiles, type Manifest } from "./manifest.ts";
import type { Say } from "./finding.ts";
import type { VerifierPlatform } from "./signature.ts";

const REQUIRED = ["blobs", "checkpoint", "entries.jsonl", "tree"];

/** Step 1: framing and signature of the manifest. What it claims about the log is compared later. */
export function checkManifest(say: Say, platform: VerifierPlatform, files: BundleFiles): Manifest | undefined {
  const bytes = files.get("manifest");
  if (bytes === undefined) {
    say(REQUIRED.some((name) => files.has(name)) ? "file_missing" : "bundle_not_found", "manifest");
    return undefined;
  }
  const note = parseNote(platform.utf8(bytes) ?? "");
  const manifest = note && readManifest(note.text);
  if (manifest === "unsupported")
    say("bundle_unsupported", "manifest", { detail: "a newer format; use a newer verifier" });
  if (manifest === "unsupported") return undefined;
  const key = manifest && parseVkey(platform, manifest.key);
  if (note === undefined || manifest === undefined) say("manifest_malformed", "manifest");
  else if (key === undefined) say("key_unknown", "manifest", { field: "/key" });
  else if (note.signatures.length !== 1 || !isSignedBy(platform, note, key)) say("manifest_signature", "manifest");
  return manifest;
}

/** Step 2: the files are those listed, byte for byte. */
export function checkFiles(
  say: Say,
  platform: VerifierPlatform,
  files: BundleFiles,
  manifest: Manifest | undefined,
): void {
  const listed = new Map(manifest?.files.map((file) => [file.name, file]));
  for (const name of new Set([...REQUIRED, ...listed.keys()])) if (!files.has(name)) say("file_missing", name);
  for (const [name, bytes] of files) {
    if (name === "manifest") continue;
    const file = listed.get(name);
    if (!FILE_NAMES.test(name) || (manifest !== undefined && file === undefined)) say("file_unexpected", name);
    else if (file !== undefined && (file.bytes !== bytes.length || file.sha256 !== platform.sha256Hex(bytes)))
      say("file_digest", name);
  }
}

import { concatBytes } from "../base/bytes.ts";
import { toBase64 } from "../base/base64.ts";
import { fromHex } from "../base/hex.ts";
import type { LogKey } from "./log-key.ts";
import type { VerifierPlatform } from "./platform.ts";

/** A C2SP signed note: a text, and who signed it. */
export interface Note {
  /** What is signed, its last line feed included. */
  readonly text: string;
  /** By name and id of the key. */
  readonly signatures: ReadonlyMap<string, Uint8Array>;
}

const SIGNATURE_LINE = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/;
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f]/;

/** A note with the signature of one key over the text. */
export function writeNote(text: string, key: LogKey, signature: Uint8Array): string {
  const typed = concatBytes(fromHex(key.id) ?? new Uint8Array(), signature);
  return `${text}\n— ${key.name} ${toBase64(typed)}\n`;
}

/** @returns undefined unless it is a note in its only spelling, with no two lines of one key */
export function parseNote(platform: VerifierPlatform, note: string | undefined = ""): Note | undefined {
  const end = note.lastIndexOf("\n\n") + 1;
  const lines = note.slice(end + 1, -1).split("\n");
  const signatures = new Map<string, Uint8Array>();
  for (const line of lines) {
    const [, name = "", base64 = ""] = SIGNATURE_LINE.exec(line) ?? [];
    const bytes = platform.fromBase64(base64) ?? new Uint8Array();
    if (bytes.length > 4) signatures.set(`${name} ${platform.toHex(bytes.subarray(0, 4))}`, bytes.subarray(4));
  }
  const isNote = end > 1 && note.endsWith("\n") && !CONTROL.test(note) && signatures.size === lines.length;
  return isNote ? { text: note.slice(0, end), signatures } : undefined;
}

/** Lines of other keys, such as witnesses, are ignored. */
export function isSignedBy(platform: VerifierPlatform, note: Note | undefined, key: LogKey | undefined): boolean {
  const signature = note?.signatures.get(`${key?.name} ${key?.id}`);
  return Boolean(note && key && signature && platform.verifyEd25519(key.publicKey, note.text, signature));
}

import { concatBytes } from "../base/bytes.ts";
import { fromBase64, toBase64 } from "../base/base64.ts";
import { fromHex, toHex } from "../base/hex.ts";
import type { LogKey } from "./log-key.ts";
import { isSigned, type VerifierPlatform } from "./signature.ts";

/** A C2SP signed note: a text, and who signed it. */
export interface Note {
  /** What is signed, its last line feed included. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSignature {
  readonly name: string;
  /** 8 hex digits. */
  readonly keyId: string;
  readonly signature: Uint8Array;
}

const SIGNATURE_LINE = /^— ([^\s+]+) ([A-Za-z0-9+/=]+)$/;
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f]/;

export function writeNote(text: string, signatures: readonly NoteSignature[]): string {
  const lines = signatures.map(
    ({ name, keyId, signature }) =>
      `— ${name} ${toBase64(concatBytes(fromHex(keyId) ?? new Uint8Array(), signature))}\n`,
  );
  return `${text}\n${lines.join("")}`;
}

/** @returns undefined unless it is a note in its only spelling, with no two lines of one key */
export function parseNote(note: string): Note | undefined {
  const end = note.lastIndexOf("\n\n") + 1;
  if (end < 2 || !note.endsWith("\n") || CONTROL.test(note)) return undefined;
  const signatures: NoteSignature[] = [];
  for (const line of note.slice(end + 1, -1).split("\n")) {
    const [, name, base64 = ""] = SIGNATURE_LINE.exec(line) ?? [];
    const bytes = fromBase64(base64);
    if (name === undefined || bytes === undefined || bytes.length < 5) return undefined;
    const keyId = toHex(bytes.subarray(0, 4));
    if (signatures.some((other) => other.name === name && other.keyId === keyId)) return undefined;
    signatures.push({ name, keyId, signature: bytes.subarray(4) });
  }
  return { text: note.slice(0, end), signatures };
}

/** Lines of other keys, such as witnesses, are ignored. */
export function isSignedBy(platform: VerifierPlatform, note: Note, key: LogKey): boolean {
  const line = note.signatures.find(({ name, keyId }) => name === key.name && keyId === key.id);
  return line !== undefined && isSigned(platform, key.publicKey, note.text, line.signature);
}

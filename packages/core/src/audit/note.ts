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

/** What reading a note takes; checking what it says takes more. */
export type NotePlatform = Pick<VerifierPlatform, "fromBase64" | "toHex">;

/** No control character but line feeds; the signature lines are those behind the last empty line. */
const NOTE = /^([^\0-\t\v-\x1f\x7f]+\n)\n((?:— [^\s+\0-\x1f\x7f]+ [A-Za-z0-9+/]+={0,2}\n)+)$/;

/** A note with the signature of one key over the text. */
export function writeNote(text: string, key: LogKey, signature: Uint8Array): string {
  const typed = concatBytes(fromHex(key.id) ?? new Uint8Array(), signature);
  return `${text}\n— ${key.name} ${toBase64(typed)}\n`;
}

/** @returns undefined unless it is a note in its only spelling, with no two lines of one key */
export function parseNote(platform: NotePlatform, note = ""): Note | undefined {
  const [, text = "", signed = ""] = NOTE.exec(note) ?? [];
  const lines = [...signed.matchAll(/— (\S+) (\S+)\n/g)];
  const signatures = new Map<string, Uint8Array>();
  for (const [, name, base64] of lines) {
    const typed = platform.fromBase64(base64) ?? new Uint8Array();
    if (typed.length > 4) signatures.set(`${name} ${platform.toHex(typed.subarray(0, 4))}`, typed.subarray(4));
  }
  return text !== "" && signatures.size === lines.length ? { text, signatures } : undefined;
}

/** Lines of other keys, such as witnesses, are ignored. */
export const isSignedBy = (platform: VerifierPlatform, note: Note | undefined, key: LogKey | undefined): boolean =>
  platform.verifyEd25519(key?.publicKey, note?.text ?? "", note?.signatures.get(`${key?.name} ${key?.id}`));

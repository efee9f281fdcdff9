import { asciiBytes, concatBytes } from "../base/bytes.ts";
import { fromBase64, toBase64 } from "../base/base64.ts";
import type { Hasher } from "../base/hash.ts";

/** A log's public key and where it says it belongs. */
export interface LogKey {
  /** The origin of the log. */
  readonly name: string;
  /** 8 hex digits that tell keys of one name apart. */
  readonly id: string;
  readonly publicKey: Uint8Array;
  /** The written form, a *vkey*. */
  readonly text: string;
}

/** The algorithm byte is stored with every key, so another algorithm is another byte. */
const ED25519 = Uint8Array.of(1);
const NAME = /^[!-*,-~]+$/;

/** @see C2SP signed-note: the key id is the beginning of a hash of name, line feed and key */
export function logKey(hash: Hasher, name: string, publicKey: Uint8Array): LogKey {
  const typed = concatBytes(ED25519, publicKey);
  const id = hash.sha256Hex(concatBytes(asciiBytes(`${name}\n`), typed)).slice(0, 8);
  return { name, id, publicKey, text: `${name}+${id}+${toBase64(typed)}` };
}

/** @returns undefined unless the text is exactly the written form of an Ed25519 key */
export function parseVkey(hash: Hasher, text: string): LogKey | undefined {
  const [name = "", , ...rest] = text.split("+");
  const typed = fromBase64(rest.join("+"));
  if (!NAME.test(name) || typed?.length !== 33) return undefined;
  const key = logKey(hash, name, typed.subarray(1));
  return key.text === text ? key : undefined;
}

import { asciiBytes, concatBytes } from "../base/bytes.ts";
import { toBase64 } from "../base/base64.ts";
import type { Hasher } from "../base/hash.ts";
import type { Json } from "../base/json.ts";
import type { VerifierPlatform } from "./platform.ts";

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

/** The algorithm is stored with every key, so another algorithm is another byte: 1 is Ed25519. */
const VKEY = /^([!-*,-~]+)\+([0-9a-f]{8})\+(A[Q-Za-f][A-Za-z0-9+/]{42})$/;

export function logKey(hash: Hasher, name: string, publicKey: Uint8Array): LogKey {
  const typed = concatBytes(Uint8Array.of(1), publicKey);
  const id = keyId(hash, name, typed);
  return { name, id, publicKey, text: `${name}+${id}+${toBase64(typed)}` };
}

/** @returns undefined unless the text is exactly the written form of an Ed25519 key */
export function parseVkey(platform: VerifierPlatform, text: Json | undefined): LogKey | undefined {
  const [written = "", name = "", id, base64] = VKEY.exec(String(text)) ?? [];
  const typed = platform.fromBase64(base64);
  if (typed === undefined || keyId(platform, name, typed) !== id) return undefined;
  return { name, id, publicKey: typed.subarray(1), text: written };
}

/** @see C2SP signed-note: the beginning of a hash of name, line feed and key */
const keyId = (hash: Hasher, name: string, typed: Uint8Array): string =>
  hash.sha256Hex(Uint8Array.from([...asciiBytes(`${name}\n`), ...typed])).slice(0, 8);

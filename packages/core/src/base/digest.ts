import { asciiBytes, concatBytes, u64 } from "./bytes.ts";
import { InvariantError } from "./error.ts";
import type { Hasher } from "./hash.ts";
import { canonicalJson, type Json } from "./json.ts";

/** `sha256:` and 64 lower-case hex digits. In a fact it names a document. */
export type Digest = `sha256:${string}`;

/** A salted commitment to a payload, 64 lower-case hex digits. */
export type Commit = string;

export const SALT_BYTES = 32;

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const COMMIT_DOMAIN = asciiBytes("writ/commit/v1\0");
const BLOCK_BYTES = 64;

export const isDigest = (text: Json | undefined): text is Digest => typeof text === "string" && DIGEST.test(text);

/** The digest of the value's canonical JSON, without a final newline. */
export function digestOf(hash: Hasher, value: Json): Digest {
  return `sha256:${hash.sha256Hex(canonicalJson(value))}`;
}

export function digestBytes(hash: Hasher, bytes: Uint8Array | string): Digest {
  return `sha256:${hash.sha256Hex(bytes)}`;
}

interface Pads {
  readonly inner: Uint8Array;
  readonly outer: Uint8Array;
}

/** A key serves many messages: its two padded blocks are made once. */
const padsOf = new WeakMap<Uint8Array, Pads>();

function padded(hash: Hasher, key: Uint8Array): Pads {
  const known = padsOf.get(key);
  if (known !== undefined) return known;
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? hash.sha256(key) : key);
  const pads = { inner: block.map((byte) => byte ^ 0x36), outer: block.map((byte) => byte ^ 0x5c) };
  padsOf.set(key, pads);
  return pads;
}

/** @see RFC 2104, "HMAC: Keyed-Hashing for Message Authentication" */
export function hmacSha256(hash: Hasher, key: Uint8Array, message: Uint8Array): Uint8Array {
  const { inner, outer } = padded(hash, key);
  return hash.sha256(concatBytes(outer, hash.sha256(concatBytes(inner, message))));
}

/**
 * What an entry holds instead of a payload: as binding as a hash, and silent about short values.
 *
 * @param salt 32 bytes from the Entropy port, used once
 * @throws InvariantError if the salt has another length
 * @see formats.md 2.2
 */
export function commitment(hash: Hasher, salt: Uint8Array, payload: Uint8Array): Commit {
  if (salt.length !== SALT_BYTES) throw new InvariantError("a salt has 32 bytes", { length: salt.length });
  return hash.sha256Hex(commitmentPreimage(salt, payload));
}

/** The bytes whose hash is the commitment. */
export const commitmentPreimage = (salt: Uint8Array, payload: Uint8Array): Uint8Array =>
  concatBytes(COMMIT_DOMAIN, salt, u64(payload.length), payload);

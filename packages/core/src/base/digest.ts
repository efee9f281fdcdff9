import { asciiBytes } from "./bytes.ts";
import { InvariantError } from "./error.ts";
import type { Hasher } from "./hash.ts";
import { canonicalJson, type Json } from "./json.ts";
import { Preimage } from "./preimage.ts";
import { utf8Length } from "./utf8.ts";

/** `sha256:` and 64 lower-case hex digits. In a fact it names a document. */
export type Digest = `sha256:${string}`;

/** A salted commitment to a payload, 64 lower-case hex digits. */
export type Commit = string;

export const SALT_BYTES = 32;

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const COMMIT_DOMAIN = asciiBytes("writ/commit/v1\0");
const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
const LENGTH_BYTES = 8;

const committed = new Preimage(COMMIT_DOMAIN);

export const isDigest = (text: Json | undefined): text is Digest => typeof text === "string" && DIGEST.test(text);

/** The digest of the value's canonical JSON, without a final newline. */
export function digestOf(hash: Hasher, value: Json): Digest {
  return `sha256:${hash.sha256Hex(canonicalJson(value))}`;
}

export function digestBytes(hash: Hasher, bytes: Uint8Array | string): Digest {
  return `sha256:${hash.sha256Hex(bytes)}`;
}

interface Pads {
  readonly inner: Preimage;
  readonly outer: Preimage;
}

/** A key serves many messages: its two padded blocks are made once. */
const padsOf = new WeakMap<Uint8Array, Pads>();

function padded(hash: Hasher, key: Uint8Array): Pads {
  const known = padsOf.get(key);
  if (known !== undefined) return known;
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? hash.sha256(key) : key);
  const [inner, outer] = [block.map((byte) => byte ^ 0x36), block.map((byte) => byte ^ 0x5c)];
  const pads = { inner: new Preimage(inner), outer: new Preimage(outer) };
  padsOf.set(key, pads);
  return pads;
}

/**
 * @param message bytes, or the text whose UTF-8 they are
 * @see RFC 2104, "HMAC: Keyed-Hashing for Message Authentication"
 */
export function hmacSha256(hash: Hasher, key: Uint8Array, message: Uint8Array | string): Uint8Array {
  const { inner, outer } = padded(hash, key);
  const whole =
    typeof message === "string"
      ? inner.begin(utf8Length(message)).text(message)
      : inner.begin(message.length).add(message);
  const digest = hash.sha256Hex(whole.bytes());
  return hash.sha256(outer.begin(HASH_BYTES).hex(digest).bytes());
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
  return hash.sha256Hex(
    committed
      .begin(SALT_BYTES + LENGTH_BYTES + payload.length)
      .add(salt)
      .u64(payload.length)
      .add(payload)
      .bytes(),
  );
}

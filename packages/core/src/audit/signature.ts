import type { Hasher } from "../base/hash.ts";
import { toHex } from "../base/hex.ts";

/** What the verifier is handed by its platform. All are synchronous and total. */
export interface VerifierPlatform extends Hasher {
  /** Ed25519 (RFC 8032), cofactorless; the message is a text's UTF-8. */
  verifyEd25519(publicKey: Uint8Array, message: string, signature: Uint8Array): boolean;
  /** The text of well-formed UTF-8, a byte order mark kept; undefined of anything else. */
  utf8(bytes: Uint8Array): string | undefined;
}

/** The order of the group, and the prime of the field: a number at or above it has a second spelling. */
const ORDER = "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed";
const PRIME = "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed";

/** Whether the signature is one of this message by this key, in the only spelling it has (S < L, a canonical key). */
export function isSigned(platform: VerifierPlatform, key: Uint8Array, message: string, signature: Uint8Array): boolean {
  if (key.length !== 32 || signature.length !== 64) return false;
  const y = toHex(key.map((byte, at) => (at === 31 ? byte & 0x7f : byte)).reverse());
  if (y >= PRIME || toHex(signature.slice(32).reverse()) >= ORDER) return false;
  return platform.verifyEd25519(key, message, signature);
}

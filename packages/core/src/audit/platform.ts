import type { Hasher } from "../base/hash.ts";
import type { Say } from "./finding.ts";

/** What the verifier is handed by its platform. All are synchronous; none throws. */
export interface VerifierPlatform extends Hasher {
  /** HMAC of the text's UTF-8. */
  hmacSha256(key: Uint8Array, text: string): Uint8Array;
  /**
   * Ed25519 (RFC 8032) of the text's UTF-8, cofactorless and in the only spelling
   * it has: 32 bytes of key below the prime, 64 of signature with S below the order.
   */
  verifyEd25519(publicKey: Uint8Array, text: string, signature: Uint8Array): boolean;
  toHex(bytes: Uint8Array): string;
  fromHex(text: string): Uint8Array;
  /** Undefined unless the text is the only spelling of its bytes. */
  fromBase64(text: string): Uint8Array | undefined;
  /** The text of well-formed UTF-8, a byte order mark kept; undefined of anything else. */
  utf8(bytes: Uint8Array): string | undefined;
}

/** A verification that goes on: the platform, and where findings are noted. */
export interface Audit extends VerifierPlatform {
  readonly say: Say;
}

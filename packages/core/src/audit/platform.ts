import type { Hasher } from "../base/hash.ts";
import type { Json } from "../base/json.ts";
import type { Say } from "./finding.ts";

/** What the verifier is handed by its platform. All are synchronous; none throws. */
export interface VerifierPlatform extends Hasher {
  /** Bytes, and texts as UTF-8, one behind the other. */
  concat(...parts: readonly (string | Uint8Array)[]): Uint8Array;
  /** HMAC of the text's UTF-8, as 64 lower-case hex digits. */
  hmacSha256Hex(key: Uint8Array, text: string): string;
  /**
   * Ed25519 (RFC 8032) of the text's UTF-8, cofactorless and in the only spelling
   * it has: 32 bytes of key below the prime, 64 of signature with S below the order.
   */
  verifyEd25519(publicKey: Uint8Array | undefined, text: string, signature: Uint8Array | undefined): boolean;
  toHex(bytes: Uint8Array | undefined): string;
  fromHex(text: string): Uint8Array;
  /** Undefined unless the value is a text and the only spelling of its bytes. */
  fromBase64(text: Json | undefined): Uint8Array | undefined;
  /** The text of well-formed UTF-8, a byte order mark kept; undefined of anything else. */
  utf8(bytes: Uint8Array | undefined): string | undefined;
}

/** A verification that goes on: the platform, and where findings are noted. */
export interface Audit extends VerifierPlatform {
  readonly say: Say;
}

/**
 * The hash functions and the text codec of the platform, handed in because the
 * core is compiled without Node and DOM types. Native on Node, a library in the
 * browser. All are synchronous and total.
 */
export interface Hasher {
  /** SHA-256 of bytes, or of a string's UTF-8; 32 bytes. */
  sha256(data: string | Uint8Array): Uint8Array;
  /** The same as 64 lower-case hex digits. */
  sha256Hex(data: string | Uint8Array): string;
}

import { concatBytes } from "../base/bytes.ts";
import type { Hasher } from "../base/hash.ts";
import type { VerifierPlatform } from "./platform.ts";

const LEAF = Uint8Array.of(0);

/**
 * The leaf of an entry: a hash of the stored bytes exactly as they are.
 *
 * @param entry the bytes, or a text whose UTF-8 they are
 * @see RFC 6962, section 2.1
 */
export const leafHash = (hash: Hasher, entry: Uint8Array | string): Uint8Array => hash.sha256(leafPreimage(entry));

/** The same as 64 hex digits, by the platform alone. */
export const leafHex = (platform: VerifierPlatform, entry: Uint8Array | string): string =>
  platform.sha256Hex(platform.concat("\0", entry));

const leafPreimage = (entry: Uint8Array | string): Uint8Array | string =>
  typeof entry === "string" ? `\0${entry}` : concatBytes(LEAF, entry);

import { isUtf8 } from "node:buffer";
import { createHmac, createPublicKey, verify } from "node:crypto";

import type { VerifierPlatform } from "@writ/core/audit/platform";

import { nodeHasher } from "./sha256.ts";

/** The field's prime: a key at or above it would be a second spelling of another. */
const PRIME = 2n ** 255n - 19n;

/** What the core's verifier needs, from Node alone. */
export const nodeVerifier: VerifierPlatform = {
  ...nodeHasher,
  concat: (...parts) => Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part))),
  hmacSha256Hex: (key, text) => createHmac("sha256", key).update(text).digest("hex"),
  verifyEd25519(publicKey, text, signature) {
    const key = Buffer.from(publicKey ?? []);
    const jwk = { kty: "OKP", crv: "Ed25519", x: key.toString("base64url") };
    const isKey = key.length === 32 && BigInt(`0x${key.reverse().toString("hex")}`) % 2n ** 255n < PRIME;
    if (!isKey || signature === undefined) return false;
    return verify(null, Buffer.from(text), createPublicKey({ key: jwk, format: "jwk" }), signature);
  },
  toHex: (bytes) => Buffer.from(bytes ?? []).toString("hex"),
  fromHex: (text) => Buffer.from(text, "hex"),
  fromBase64: (text) => [Buffer.from(String(text), "base64")].find((bytes) => bytes.toString("base64") === text),
  utf8: (bytes) => (bytes && isUtf8(bytes) ? Buffer.from(bytes).toString() : undefined),
};

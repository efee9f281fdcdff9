import { isUtf8 } from "node:buffer";
import { createHmac, createPublicKey, verify } from "node:crypto";

import type { VerifierPlatform } from "@writ/core/audit/platform";

import { nodeHasher } from "./sha256.ts";

/** The field's prime: a key at or above it would be a second spelling of another. */
const PRIME = 2n ** 255n - 19n;

/** What the core's verifier needs, from Node alone. */
export const nodeVerifier: VerifierPlatform = {
  ...nodeHasher,
  hmacSha256: (key, text) => createHmac("sha256", key).update(text).digest(),
  verifyEd25519(publicKey, text, signature) {
    const x = Buffer.from(publicKey).toString("base64url");
    const y = BigInt(`0x0${Buffer.from(publicKey).reverse().toString("hex")}`) % 2n ** 255n;
    if (publicKey.length !== 32 || y >= PRIME) return false;
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    return verify(null, Buffer.from(text), key, signature);
  },
  toHex: (bytes) => Buffer.from(bytes).toString("hex"),
  fromHex: (text) => Buffer.from(text, "hex"),
  fromBase64(text) {
    const bytes = Buffer.from(text, "base64");
    return bytes.toString("base64") === text ? bytes : undefined;
  },
  utf8: (bytes) => (isUtf8(bytes) ? Buffer.from(bytes).toString() : undefined),
};

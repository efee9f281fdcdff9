import { createPublicKey, verify } from "node:crypto";

import type { VerifierPlatform } from "@writ/core/audit/signature";

import { nodeHasher } from "./sha256.ts";

/** What the core's verifier needs, from Node alone. */
export const nodeVerifier: VerifierPlatform = {
  ...nodeHasher,
  verifyEd25519(publicKey, message, signature) {
    const x = Buffer.from(publicKey).toString("base64url");
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    return verify(null, Buffer.from(message), key, signature);
  },
  utf8(bytes) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  },
};

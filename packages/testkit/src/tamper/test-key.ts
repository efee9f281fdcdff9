import { createPrivateKey } from "node:crypto";

import { signerOf, type LogSigner } from "@writ/adapters/system/ed25519-signer";
import { nodeHasher } from "@writ/adapters/system/sha256";

/** A signing key that a seed decides. Public, and so refused outside tests. */
export type TestSigner = LogSigner;

/** What precedes the 32 bytes of seed in PKCS#8 (RFC 8410). */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

export function testSigner(origin: string, seed: string): TestSigner {
  const der = Buffer.concat([PKCS8_HEAD, nodeHasher.sha256(`writ test key ${seed}`)]);
  return signerOf(createPrivateKey({ key: der, format: "der", type: "pkcs8" }), origin);
}

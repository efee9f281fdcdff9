import { createPrivateKey, createPublicKey, sign } from "node:crypto";

import { logKey, type LogKey } from "@writ/core/audit/log-key";
import { nodeHasher } from "@writ/adapters/system/sha256";

/** A signing key that a seed decides. Public, and so refused outside tests. */
export interface TestSigner {
  readonly key: LogKey;
  sign(this: void, text: string): Uint8Array;
}

/** What precedes the 32 bytes of seed in PKCS#8 (RFC 8410). */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

export function testSigner(origin: string, seed: string): TestSigner {
  const der = Buffer.concat([PKCS8_HEAD, nodeHasher.sha256(`writ test key ${seed}`)]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  const key = logKey(nodeHasher, origin, Buffer.from(x, "base64url"));
  return { key, sign: (text) => sign(null, Buffer.from(text), privateKey) };
}

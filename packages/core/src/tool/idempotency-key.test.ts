import { nodeHasher } from "@writ/adapters/system/sha256";
import { asNumber, asObject, asObjects, asText, vectors } from "@writ/testkit/vectors";
import { expect, test } from "vitest";

import { digestOf } from "../base/digest.ts";
import { fromHex } from "../base/hex.ts";
import { parseId } from "../base/id.ts";
import { parseCanonical } from "../base/json-parse.ts";
import { idempotencyKey } from "./idempotency-key.ts";

test.each(asObjects(vectors("keys")["idempotency"]))("$key", ({ secret, args, preimage, args_hash, key }) => {
  const call = asObject(parseCanonical(asText(preimage)));
  const root = parseId("run", asText(call["root"]));
  const argsHash = digestOf(nodeHasher, args ?? null);
  expect(argsHash).toBe(args_hash);
  expect(root.ok).toBe(true);
  if (!root.ok) return;
  const identity = {
    argsHash,
    occurrence: asNumber(call["occurrence"]),
    root: root.value,
    tenant: asText(call["tenant"]),
    tool: asText(call["tool"]),
  };
  expect(idempotencyKey(nodeHasher, fromHex(asText(secret)) ?? new Uint8Array(), identity)).toBe(key);
});

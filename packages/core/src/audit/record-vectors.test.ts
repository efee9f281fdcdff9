import { nodeHasher } from "@writ/adapters/system/sha256";
import { asObject, asObjects, asText, vectors } from "@writ/testkit/vectors";
import { expect, test } from "vitest";

import { digestOf } from "../base/digest.ts";
import { parseCanonical } from "../base/json-parse.ts";
import { canonicalJson } from "../base/json.ts";
import { extend } from "../run/chain.ts";

const file = vectors("records");

test("the chain of the vectors", () => {
  let chain = { count: 0, chain: `sha256:${"0".repeat(64)}` };
  for (const { count, item, chain: expected } of asObjects(file["chain"])) {
    if (item !== undefined) chain = extend(nodeHasher, chain, parseCanonical(asText(item)));
    expect(chain).toEqual({ count, chain: expected });
  }
});

test("the checkpoint and the record of the vectors have their digests", () => {
  const checkpoint = asObject(file["checkpoint"]);
  expect(canonicalJson(checkpoint["value"] ?? null)).toBe(checkpoint["canonical"]);
  expect(digestOf(nodeHasher, checkpoint["value"] ?? null)).toBe(checkpoint["content_hash"]);
  const record = asObject(file["record"]);
  expect(digestOf(nodeHasher, parseCanonical(asText(record["canonical"])))).toBe(record["record_hash"]);
});

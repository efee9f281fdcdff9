import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import { bundleVector, edited } from "@writ/testkit/bundle-vector";
import { asObject, asObjects, asText, vectors } from "@writ/testkit/vectors";
import { describe, expect, test } from "vitest";

import { verifyBundle, verifyReceipt } from "./verify.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe("an honest bundle", () => {
  test("of a whole log verifies", () => {
    const result = verifyBundle(bundleVector("bundle-tiny"), nodeVerifier);
    expect(result.errors).toEqual([]);
    const { root: _, ...expected } = asObject(vectors("bundle-tiny")["expect"]);
    expect(result).toMatchObject({ ...expected, ok: true, key_pinned: false, payloads_redacted: 0, size: 7 });
    expect(result.replay).toEqual({ by: "writ/0.1.0", equal: 1, different: 0, not_replayable: 0 });
  });

  test("of one run verifies, with a trusted key and a head seen before", () => {
    const vector = vectors("bundle-partial");
    const options = { trust: asText(vector["trust"]), lastSeen: bytes(asText(vector["last_seen"])) };
    const result = verifyBundle(bundleVector("bundle-partial"), nodeVerifier, options);
    expect(result.errors).toEqual([]);
    expect(result).toMatchObject({ ...asObject(vector["expect"]), ok: true, key_pinned: true, size: 32, entries: 13 });
  });
});

describe("a receipt", () => {
  const vector = vectors("receipt");
  const expected = asObject(vector["expect"]);

  test("verifies and says what was decided", () => {
    const result = verifyReceipt(bytes(asText(vector["receipt"])), nodeVerifier);
    expect(result.errors).toEqual([]);
    expect(result).toMatchObject({ ...expected, ok: true });
  });

  test("does not verify with any entry dropped or any word changed", () => {
    const text = asText(vector["receipt"]);
    for (const [from, to] of [
      ["approval_granted", "approval_granteD"],
      ["usr_06bq3v1k9e7m2x8c4d5f0h1j2n", "usr_06bq3v1k9e7m2x8c4d5f0h1j2m"],
    ]) {
      expect(verifyReceipt(bytes(text.replace(from ?? "", to ?? "")), nodeVerifier).errors[0]).toMatchObject({
        code: "entry_leaf",
        file: "receipt",
        seq: 25,
      });
    }
    expect(verifyReceipt(bytes(text.slice(0, -1)), nodeVerifier).errors).toEqual([
      { code: "receipt_malformed", file: "receipt" },
    ]);
    expect(verifyReceipt(bytes(text.replace("receipt/v1", "receipt/v2")), nodeVerifier).exit).toBe(2);
  });
});

describe("an edited bundle", () => {
  test.each(asObjects(vectors("bundle-tampered")["cases"]))("$edit", ({ edit, expect: wanted }) => {
    const result = verifyBundle(edited(bundleVector("bundle-tiny"), asObject(edit)), nodeVerifier);
    const { exit, ...finding } = asObject(wanted);
    expect(result.exit).toBe(exit);
    expect(result.errors).toContainEqual(expect.objectContaining(finding));
  });
});

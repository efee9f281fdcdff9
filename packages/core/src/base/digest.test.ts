import { createHash, createHmac } from "node:crypto";

import { nodeHasher } from "@writ/adapters/system/sha256";
import { asObjects, asText, vectors } from "@writ/testkit/vectors";
import fc from "fast-check";
import { expect, test } from "vitest";

import { fromBase64, toBase64 } from "./base64.ts";
import { commitment, digestBytes, hmacSha256, isDigest } from "./digest.ts";
import { fromHex, toHex } from "./hex.ts";

const bytesOf = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array();

test.each(asObjects(vectors("commitments")["cases"]))(
  "the commitment to $bytes bytes as $as",
  ({ salt, payload_hex, commit }) => {
    expect(commitment(nodeHasher, bytesOf(asText(salt)), bytesOf(asText(payload_hex)))).toBe(commit);
  },
);

test("HMAC agrees with the platform, for keys shorter and longer than a block", () => {
  let long = 0;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 130, size: "max" }), fc.uint8Array({ maxLength: 200 }), (key, message) => {
      if (key.length > 64) long += 1;
      expect(toHex(hmacSha256(nodeHasher, key, message))).toBe(createHmac("sha256", key).update(message).digest("hex"));
    }),
    { numRuns: 300 },
  );
  expect(long).toBeGreaterThan(30);
});

test("commitments to long and short values, one after another, do not see each other", () => {
  let shorter = 0;
  let before = 0;
  const domain = new TextEncoder().encode("writ/commit/v1\0");
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3_000 }), fc.nat(255), (length, byte) => {
      if (length < before) shorter += 1;
      before = length;
      const [salt, value] = [new Uint8Array(32).fill(byte), new Uint8Array(length).fill(byte)];
      const size = new Uint8Array(8);
      new DataView(size.buffer).setBigUint64(0, BigInt(length));
      const whole = createHash("sha256").update(domain).update(salt).update(size).update(value);
      expect(commitment(nodeHasher, salt, value)).toBe(whole.digest("hex"));
    }),
    { numRuns: 300 },
  );
  expect(shorter).toBeGreaterThan(50);
});

test("a digest is lower-case and complete", () => {
  const digest = digestBytes(nodeHasher, "");
  expect(isDigest(digest)).toBe(true);
  expect(isDigest(digest.toUpperCase())).toBe(false);
  expect(isDigest(digest.slice(0, -1))).toBe(false);
  expect(isDigest(7)).toBe(false);
});

test("base64 and hex agree with the platform and read one spelling only", () => {
  let padded = 0;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      if (bytes.length % 3 !== 0) padded += 1;
      const text = Buffer.from(bytes).toString("base64");
      expect(toBase64(bytes)).toBe(text);
      expect(fromBase64(text)).toEqual(bytes);
      expect(toHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
      expect(fromHex(toHex(bytes))).toEqual(bytes);
    }),
    { numRuns: 500 },
  );
  expect(padded).toBeGreaterThan(100);
  for (const text of ["A", "AA", "AA=", "AB==", "AAB=", "AA==\n", "A-==", "=AAA"])
    expect(fromBase64(text)).toBeUndefined();
  for (const text of ["0", "AB", "zz", "00 "]) expect(fromHex(text)).toBeUndefined();
});

import fc from "fast-check";
import { expect, test } from "vitest";

import { utf8Bytes, utf8Length, utf8Text } from "./utf8.ts";

const platform = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

test("text and bytes agree with the platform", () => {
  let beyondAscii = 0;
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      const bytes = new TextEncoder().encode(text);
      if (bytes.length > text.length) beyondAscii += 1;
      expect(utf8Bytes(text)).toEqual(bytes);
      expect(utf8Length(text)).toBe(bytes.length);
      expect(utf8Text(bytes)).toBe(text);
    }),
    { numRuns: 1_000 },
  );
  expect(beyondAscii).toBeGreaterThan(500);
});

test("bytes are refused exactly when the platform refuses them", () => {
  const lead = fc.constantFrom(
    0x41,
    0x80,
    0xbf,
    0xc0,
    0xc2,
    0xdf,
    0xe0,
    0xed,
    0xef,
    0xf0,
    0xf4,
    0xf5,
    0x9f,
    0xa0,
    0x90,
    0x8f,
  );
  let refused = 0;
  let accepted = 0;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5 }), fc.array(lead, { maxLength: 5 }), (any, chosen) => {
      for (const bytes of [any, Uint8Array.from(chosen)]) {
        let expected: string | undefined;
        try {
          expected = platform.decode(bytes);
          accepted += 1;
        } catch {
          refused += 1;
        }
        if (expected === undefined) expect(() => utf8Text(bytes)).toThrow("UTF-8");
        else expect(utf8Text(bytes)).toBe(expected);
      }
    }),
    { numRuns: 20_000 },
  );
  expect(refused).toBeGreaterThan(5_000);
  expect(accepted).toBeGreaterThan(2_000);
});

test("half of a surrogate pair has no bytes", () => {
  expect(() => utf8Bytes("a\ud83d")).toThrow("surrogate");
  expect(() => utf8Bytes("\ude00a")).toThrow("surrogate");
});

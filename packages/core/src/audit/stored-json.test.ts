import { asObjects, asText, vectors } from "@writ/testkit/vectors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { canonicalJson, type Json } from "../base/json.ts";
import { canonicalText, readStored } from "./stored-json.ts";

const parse: (text: string, revive?: (name: string, value: unknown) => unknown) => Json = JSON.parse;
const small = (_: string, value: unknown): unknown => (typeof value === "number" ? value % 1_000 : value);
const nested = (depth: number, inner: string): string => "[".repeat(depth) + inner + "]".repeat(depth);

describe("the verifier's own canonical form", () => {
  test("is that of the writer it checks", () => {
    let [escaped, refused] = [0, 0];
    // No name that is a lone backslash: after one, `JSON.parse` of Node 24.21 reads the name "\n" as it.
    const unit = fc.constantFrom('"', "\\a", "\n", "\u0001", "\u007f", "\u2028", "ﬀ", "😀", "a", "1", "2");
    const text = fc.string({ unit, maxLength: 6 });
    const value = fc.jsonValue({ depthSize: "medium", stringUnit: unit });
    fc.assert(
      fc.property(fc.dictionary(text, value), fc.boolean(), (object, isSmall) => {
        const json = parse(JSON.stringify(object), isSmall ? small : undefined);
        const own = canonicalText(json);
        let written = "";
        try {
          written = canonicalJson(json);
        } catch {
          refused += 1;
          expect(JSON.stringify(readStored(own))).not.toBe(JSON.stringify(json));
          return;
        }
        if (own.includes("\\")) escaped += 1;
        expect(own).toBe(written);
        expect(canonicalText(readStored(own))).toBe(own);
      }),
      { numRuns: 500 },
    );
    expect(escaped).toBeGreaterThan(50);
    expect(refused).toBeGreaterThan(20);
  });

  test.each(asObjects(vectors("canonical-json")["accept"]))("reads $canonical back", ({ canonical }) => {
    expect(canonicalText(readStored(asText(canonical)))).toBe(canonical);
  });

  test.each([
    ["a number beyond 2^53 - 1", "[9007199254740992]"],
    ["a number without end", "[1e999]"],
    ["half of a surrogate pair", String.raw`["\ud800"]`],
    ["half of a surrogate pair in a name", String.raw`{"\udc00":1}`],
    ["a member named __proto__", '{"__proto__":1}'],
    ["a member twice", '{"a":1,"a":1}'],
    ["members in another order", '{"b":1,"a":1}'],
    ["white space", "[1, 2]"],
    ["an escape that is not needed", String.raw`["\u0061"]`],
    ["a byte order mark", "\ufeff[]"],
    ["no JSON", "nothing"],
    ["65 nested arrays", nested(65, "")],
    ["a text in 65 nested arrays", nested(65, '"a"')],
    ["65 nested objects", '{"a":'.repeat(64) + "{}" + "}".repeat(64)],
    ["10,001 members", JSON.stringify(Object.fromEntries(Array.from({ length: 10_001 }, (_, at) => [`m${at}`, 0])))],
  ])("is not that of %s", (_, text) => {
    expect(readStored(text)).toBeUndefined();
  });

  test("holds 64 nested arrays", () => {
    for (const inner of ["", '"a"', "null", "1"]) expect(readStored(nested(64, inner))).toBeDefined();
  });
});

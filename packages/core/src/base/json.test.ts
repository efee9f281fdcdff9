import { nodeHasher } from "@writ/adapters/system/sha256";
import { asArray, asObjects, asText, vectors } from "@writ/testkit/vectors";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { digestOf } from "./digest.ts";
import { OrchestratorError } from "./error.ts";
import { fromHex } from "./hex.ts";
import { parseCanonical, parseStrict } from "./json-parse.ts";
import { canonicalJson, equalJson, hasOnlyIntegers, type Json } from "./json.ts";

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof OrchestratorError ? error.code : String(error);
  }
  return "accepted";
}

describe("the vectors of canonical JSON", () => {
  const file = vectors("canonical-json");

  test.each(asObjects(file["accept"]))("$name", ({ text, canonical, digest }) => {
    const value = parseStrict(asText(text));
    expect(canonicalJson(value)).toBe(canonical);
    expect(digestOf(nodeHasher, value)).toBe(digest);
    expect(equalJson(parseCanonical(asText(canonical)), value)).toBe(true);
  });

  test.each(asObjects(file["refuse"]))("refuses $name", ({ text, hex, error }) => {
    const source = hex === undefined ? asText(text) : (fromHex(asText(hex)) ?? "");
    expect([error].flat()).toContain(codeOf(() => parseStrict(source)));
  });

  test.each(asArray(file["not_canonical"]).map(asText))("%j parses but is not canonical", (text) => {
    expect(codeOf(() => parseStrict(text))).toBe("accepted");
    expect(codeOf(() => parseCanonical(text))).toBe("json_not_canonical");
  });

  test.each(asArray(file["own_formats_refuse_fractions"]).map(asText))("%j has no place in our own forms", (text) => {
    expect(hasOnlyIntegers(parseStrict(text))).toBe(false);
  });
});

describe("what is not JSON is refused, not skipped", () => {
  const untyped: { readonly [name: string]: unknown } = {
    undefined: { a: undefined },
    "a date": [new Date(0)],
    bigint: 1n,
    "a function": { f: () => 0 },
    "a hole": Array.from({ length: 1 }),
    "a map": new Map(),
  };
  test.each(Object.keys(untyped))("%s", (name) => {
    const write: (value: never) => string = canonicalJson;
    expect(codeOf(() => Reflect.apply(write, undefined, [untyped[name]]))).toBe("json_type");
  });

  test("a cycle ends as too deep", () => {
    const cycle: Json[] = [];
    cycle.push(cycle);
    expect(codeOf(() => canonicalJson(cycle))).toBe("json_depth");
  });

  test("sizes have limits", () => {
    const wide = Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`m${index}`, 0]));
    expect(codeOf(() => canonicalJson(wide))).toBe("json_size");
    expect(codeOf(() => parseStrict(JSON.stringify(wide)))).toBe("json_size");
    const large = "x".repeat(16 * 1024 * 1024 - 2);
    expect(canonicalJson(large)).toHaveLength(16 * 1024 * 1024);
    expect(codeOf(() => canonicalJson(`${large}x`))).toBe("json_size");
    expect(codeOf(() => canonicalJson(`é${large.slice(1)}`))).toBe("json_size");
    expect(codeOf(() => parseStrict(`"${large}x"`))).toBe("json_size");
  });
});

test("every form agrees with an independent implementation, where that accepts it", () => {
  let compared = 0;
  let nested = 0;
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5, noUnicodeString: false }), (drawn) => {
      const text = JSON.stringify(drawn);
      const outcome = codeOf(() => parseStrict(text));
      if (outcome !== "accepted") {
        expect(["json_number", "json_key", "json_surrogate"]).toContain(outcome);
        return;
      }
      compared += 1;
      if (typeof drawn === "object" && drawn !== null) nested += 1;
      const ours = canonicalJson(parseStrict(text));
      expect(ours).toBe(canonicalize(JSON.parse(text)));
      expect(canonicalJson(parseCanonical(ours))).toBe(ours);
    }),
    { numRuns: 2_000 },
  );
  expect(compared).toBeGreaterThan(800);
  expect(nested).toBeGreaterThan(400);
});

test("doubles agree with an independent implementation over all of their range", () => {
  let compared = 0;
  fc.assert(
    fc.property(fc.double({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, noNaN: true }), (number) => {
      compared += 1;
      expect(canonicalJson(number)).toBe(canonicalize(number));
      expect(parseCanonical(canonicalJson(number))).toBe(number + 0);
    }),
    { numRuns: 5_000 },
  );
  expect(compared).toBe(5_000);
});

test("reading agrees with the platform on every text that both accept, and refuses what it refuses", () => {
  const letters = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "a",
    "\\",
    "u0061",
    "1",
    "-",
    ".5",
    "e3",
    " ",
    "true",
    "null",
  );
  let accepted = 0;
  let refused = 0;
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 7 }), (drawn) => {
      const text = drawn.join("");
      let platform: string;
      try {
        platform = JSON.stringify(JSON.parse(text));
      } catch {
        refused += 1;
        // One wrong thing may come before another: a number too large, then a brace too many.
        expect(["json_syntax", "json_number", "json_duplicate_key"]).toContain(codeOf(() => parseStrict(text)));
        return;
      }
      accepted += 1;
      if (codeOf(() => parseStrict(text)) === "accepted")
        expect(JSON.stringify(parseStrict(text)).replaceAll("-0", "0")).toBe(platform);
    }),
    { numRuns: 20_000 },
  );
  expect(accepted).toBeGreaterThan(500);
  expect(refused).toBeGreaterThan(5_000);
});

test("member names of Object.prototype are ordinary", () => {
  const value = parseStrict('{"constructor":1,"toString":2}');
  expect(canonicalJson(value)).toBe('{"constructor":1,"toString":2}');
  expect(equalJson(value, parseStrict("{}"))).toBe(false);
});

import { describe, expect, test } from "vitest";

import type { Json, JsonObject } from "../base/json.ts";
import { parsePointer } from "../plan/pointer.ts";
import { schemaAt, typesDiffer } from "./schema-flow.ts";

const TEXT = { type: "string" };
const COUNT = { type: "integer" };
const OUTPUT: JsonObject = {
  type: "object",
  properties: {
    text: TEXT,
    hits: { type: "array", items: { type: "object", properties: { n: COUNT }, additionalProperties: false } },
    pair: { type: "array", prefixItems: [TEXT, COUNT], items: false },
    either: { anyOf: [TEXT, COUNT] },
    any: true,
    never: false,
    counts: { type: "object", additionalProperties: COUNT },
    tagged: { type: "object", patternProperties: { "^x": TEXT }, additionalProperties: false },
    open: { type: "object" },
    mixed: { type: ["array", "object"] },
    elsewhere: { $ref: "#/$defs/x" },
  },
  additionalProperties: false,
};

describe("the schema at a place", () => {
  test.each<readonly [string, ReturnType<typeof schemaAt>]>([
    ["", OUTPUT],
    ["/text", TEXT],
    ["/hits/0/n", COUNT],
    ["/hits/17/n", COUNT],
    ["/pair/0", TEXT],
    ["/pair/1", COUNT],
    ["/counts/anything", COUNT],
    ["/either", { anyOf: [TEXT, COUNT] }],

    ["/nothing", "absent"],
    ["/text/deeper", "absent"],
    ["/hits/n", "absent"],
    ["/hits/01", "absent"],
    ["/hits/0/m", "absent"],
    ["/pair/2", "absent"],
    ["/never", "absent"],
    ["/never/deeper", "absent"],

    ["/any", "unknown"],
    ["/any/deeper", "unknown"],
    ["/either/deeper", "unknown"],
    ["/elsewhere/deeper", "unknown"],
    ["/tagged/xyz", "unknown"],
    ["/open/deeper", "unknown"],
    ["/mixed/0", "unknown"],
    ["/mixed/name", "unknown"],
  ])("%j", (text, wanted) => {
    expect(schemaAt(OUTPUT, parsePointer(text) ?? [])).toEqual(wanted);
  });
});

describe("a value of one schema where another is wanted", () => {
  test.each<readonly [JsonObject, JsonObject, string | null]>([
    [TEXT, TEXT, null],
    [TEXT, COUNT, "string, not integer"],
    [COUNT, { type: "number" }, null],
    [{ type: "number" }, COUNT, null],
    [{ type: ["string", "null"] }, TEXT, null],
    [{ type: ["boolean", "null"] }, { type: ["string", "array"] }, "boolean or null, not string or array"],
    [{ const: 3 }, COUNT, null],
    [{ const: 3.5 }, COUNT, null],
    [{ const: null }, TEXT, "null, not string"],
    [{ const: [] }, { type: "object" }, "array, not object"],
    [{ anyOf: [TEXT, COUNT] }, { type: "boolean" }, "string or integer, not boolean"],
    [{ oneOf: [TEXT, { type: "boolean" }] }, { type: "boolean" }, null],
    [{ anyOf: [TEXT, { minimum: 3 }] }, { type: "boolean" }, null],
    [{ enum: ["a"] }, COUNT, null],
    [{}, COUNT, null],
    [TEXT, { $ref: "#/x" }, null],
  ])("%j for %j: %j", (from, to, wanted) => {
    const differ = typesDiffer(from, to);
    expect(differ === null ? null : `${differ.from}, not ${differ.to}`).toBe(wanted);
  });

  test("is refused only where no value can be of both", () => {
    const samples: readonly Json[] = [null, true, 1, 1.5, "x", [], {}];
    const names = ["null", "boolean", "integer", "number", "string", "array", "object"];
    const isOf = (value: Json, type: string): boolean =>
      type === "null"
        ? value === null
        : type === "integer"
          ? Number.isInteger(value)
          : type === "array"
            ? Array.isArray(value)
            : type === "object"
              ? value !== null && typeof value === "object" && !Array.isArray(value)
              : typeof value === type;
    for (const from of names) {
      for (const to of names) {
        const shared = samples.some((value) => isOf(value, from) && isOf(value, to));
        expect([from, to, typesDiffer({ type: from }, { type: to }) === null]).toEqual([from, to, shared]);
      }
    }
  });
});

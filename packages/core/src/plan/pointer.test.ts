import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Json } from "../base/json.ts";
import { parsePointer, pointerText, valueAt, withValueAt } from "./pointer.ts";

const token = fc.oneof(fc.constantFrom("", "0", "1", "a", "~1", "a/b", "m~n", "__proto__", "constructor"), fc.string());
const pointer = fc.array(token, { maxLength: 4 });

describe("a pointer", () => {
  test("is the same after it was written and read", () => {
    let escaped = 0;
    fc.assert(
      fc.property(pointer, (tokens) => {
        const text = pointerText(tokens);
        escaped += /~[01]/.test(text) ? 1 : 0;
        expect(parsePointer(text)).toEqual(tokens);
      }),
      { numRuns: 300 },
    );
    expect(escaped).toBeGreaterThan(20);
  });

  test("that does not begin with a slash is none", () => {
    expect(parsePointer("a/b")).toBeNull();
    expect(parsePointer("")).toEqual([]);
    expect(parsePointer("/")).toEqual([""]);
  });
});

describe("what a pointer names", () => {
  const value: Json = { a: { b: [10, { c: null }] }, "": 1, "0": "zero" };

  test.each<readonly [string, Json | undefined]>([
    ["", value],
    ["/a/b/0", 10],
    ["/a/b/1/c", null],
    ["/", 1],
    ["/0", "zero"],
    ["/a/b/2", undefined],
    ["/a/b/01", undefined],
    ["/a/b/-", undefined],
    ["/a/b/length", undefined],
    ["/a/b/0/x", undefined],
    ["/a/b/1/c/x", undefined],
    ["/constructor", undefined],
    ["/a/toString", undefined],
  ])("%j", (text, wanted) => {
    expect(valueAt(value, parsePointer(text) ?? [])).toEqual(wanted);
  });
});

describe("a value put at a place", () => {
  test("stands there, and all else stays", () => {
    let nested = 0;
    fc.assert(
      fc.property(pointer, (tokens) => {
        const before: Json = { kept: [1, { two: 2 }] };
        const after = withValueAt(before, ["made", ...tokens], "new");
        nested += tokens.length > 0 ? 1 : 0;
        expect(valueAt(after ?? null, ["made", ...tokens])).toBe("new");
        expect(valueAt(after ?? null, ["kept"])).toEqual(before["kept"]);
        expect(before).toEqual({ kept: [1, { two: 2 }] });
      }),
    );
    expect(nested).toBeGreaterThan(50);
  });

  test.each<readonly [string, Json, Json | undefined]>([
    ["/list/0", { list: [1, 2] }, { list: ["new", 2] }],
    ["/list/2", { list: [1, 2] }, { list: [1, 2, "new"] }],
    ["/list/3", { list: [1, 2] }, undefined],
    ["/list/-", { list: [1, 2] }, undefined],
    ["/list/0/x", { list: [1] }, undefined],
    ["/text/x", { text: "t" }, undefined],
    ["/none/x", { none: null }, undefined],
    ["", { a: 1 }, "new"],
    ["/constructor/x", {}, { constructor: { x: "new" } }],
  ])("at %j of %j gives %j", (text, value, wanted) => {
    expect(withValueAt(value, parsePointer(text) ?? [], "new")).toEqual(wanted);
  });
});

import { describe, expect, test } from "vitest";

import { evidenceWords, isReadAgain, isSame } from "./evidence-words.ts";

describe("evidence", () => {
  test("is said in a few words where it is a file or a search", () => {
    const sha256 = "5d02".padEnd(60, "0").concat("77ab");
    expect(evidenceWords({ exists: true, bytes: 1067, sha256 })).toBe("1.0 kB · sha256:5d02…77ab");
    expect(evidenceWords({ exists: false })).toBe("no file");
    expect(evidenceWords({ hits: [1, 2, 3] })).toBe("3 documents");
    expect(evidenceWords("text")).toBe(null);
  });

  test("is the same whatever the order of its members, and another where any of them is", () => {
    expect(isSame({ a: 1, b: [{ c: 2 }] }, { b: [{ c: 2 }], a: 1 })).toBe(true);
    expect(isSame({ a: 1 }, { a: 1, b: undefined })).toBe(false);
    expect(isSame({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
    expect(isSame([1], { 0: 1 })).toBe(false);
  });

  test("what a step answered is not read again", () => {
    expect([isReadAgain("live:docs.write_doc:target"), isReadAgain("tool:docs.search_docs:tc_1")]).toEqual([
      true,
      false,
    ]);
  });
});

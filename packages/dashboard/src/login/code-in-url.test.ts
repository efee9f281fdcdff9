import { describe, expect, test } from "vitest";

import { codeIn, safeTarget } from "./code-in-url.ts";

describe("a login's address", () => {
  test("carries the code behind the hash", () => {
    expect(codeIn("#code=abc-123")).toBe("abc-123");
    expect(codeIn("#")).toBe(null);
    expect(codeIn("")).toBe(null);
  });

  test.each([
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "/a\\b",
    "javascript:alert(1)",
    "/login?to=/x",
    undefined,
    "",
  ])("%s is no place to go", (to) => {
    expect(safeTarget(to)).toBe("/runs");
  });

  test("a path of the pages is", () => {
    expect(safeTarget("/approvals/apr_1?view=unified")).toBe("/approvals/apr_1?view=unified");
  });
});

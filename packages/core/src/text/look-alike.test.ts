import { describe, expect, test } from "vitest";

import { lookAlikes } from "./look-alike.ts";

describe("letters that pass for others", () => {
  test.each([
    ["pаypal.com", "а", "a", "Cyrillic"],
    ["gοοgle.com", "ο", "o", "Greek"],
    ["ｇit.example", "ｇ", "g", "Latin"],
    ["host∕path", "∕", "/", "other"],
    ["notes․md", "․", ".", "other"],
    ["rm‐rf", "‐", "-", "other"],
    ["𝐚dmin", "𝐚", "a", "other"],
  ])("in %s", (name, character, passesFor, script) => {
    expect(lookAlikes(name)).toEqual([{ character, passesFor, script }]);
  });

  test("names in ASCII and honest letters of other scripts have none", () => {
    for (const name of ["example.com", "src/registration.ts", "docs.write_doc", "füße", "日本語.jp", "naïve.md"]) {
      expect(lookAlikes(name)).toEqual([]);
    }
  });

  test("no ASCII character is its own look-alike, and each stands for one", () => {
    for (const listed of ["а", "о", "ѕ", "К", "Ρ", "ﬀ"]) {
      for (const { character, passesFor } of lookAlikes(listed)) {
        expect(character > "\u007F").toBe(true);
        expect(passesFor).toMatch(/^[!-~]$/);
      }
    }
  });
});

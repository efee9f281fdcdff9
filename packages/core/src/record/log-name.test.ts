import { testHasher } from "@writ/testkit/build/hasher";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { logName } from "./log-name.ts";

const name = (path: string): string => logName(testHasher, path);

/** As a file system that takes capitals for small letters compares names. */
const folded = (path: string): string => name(path).toLowerCase();

describe("the name of a step's log", () => {
  test("is the path itself where it can be", () => {
    expect(["search_docs", "build#2", "review[2].a-b"].map(name)).toEqual(["search_docs", "build#2", "review[2].a-b"]);
    expect(["undo/u1", "Fix", "*", "a:b"].map(name)).toEqual(["undo+u1", "^fix", "@", "a=b"]);
  });

  test("is never that of another path, and always one that a folder can hold", () => {
    const characters = [..."aA_-.:/#*[]~^+=@0é"];
    const path = fc.oneof(
      { weight: 8, arbitrary: fc.array(fc.constantFrom(...characters), { minLength: 1, maxLength: 4 }) },
      { weight: 1, arbitrary: fc.array(fc.constantFrom("a", "A", "/"), { minLength: 110, maxLength: 200 }) },
    );
    const premise = { alike: 0, long: 0 };
    fc.assert(
      fc.property(fc.uniqueArray(path, { selector: (each) => each.join(""), minLength: 20, maxLength: 60 }), (all) => {
        const paths = all.map((each) => each.join(""));
        premise.alike +=
          paths.length - new Set(paths.map((each) => each.replaceAll(/[^a-zA-Z0-9]/g, "_").toLowerCase())).size;
        premise.long += paths.filter((each) => each.length > 100).length;
        expect(new Set(paths.map(folded)).size).toBe(paths.length);
        for (const each of paths) {
          expect(name(each)).not.toMatch(/[/\0]/);
          expect(Buffer.byteLength(`${name(each)}.10.error.txt`)).toBeLessThanOrEqual(255);
        }
      }),
      { numRuns: 500 },
    );
    expect(premise.alike).toBeGreaterThan(2_000);
    expect(premise.long).toBeGreaterThan(500);
  });
});

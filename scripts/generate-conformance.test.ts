import { expect, test } from "vitest";

import { conformancePage, namedTests } from "./generate-conformance.ts";
import type { SourceFile } from "./source-tree.ts";
import { parse } from "./syntax.ts";

const source = (path: string, text: string): SourceFile => ({
  path,
  packageName: "cli",
  room: "",
  isTest: true,
  text,
  program: parse(path, text),
});

test("ids are read from the names of tests, however they are made, and from nothing else", () => {
  const text = `
    // P99 is only talked about
    const other = describe("P98", () => {});
    test("P01 AS-43b two at once", () => {});
    test.skipIf(true)("X04 conditional", () => {});
    test.each([1])("P02 %s", { timeout: 1 }, () => {});
    expect("P97").toBe("P97");`;
  const found = namedTests([
    source("packages/cli/src/a.test.ts", text),
    source("packages/cli/src/b.ts", 'test("P03", f);'),
  ]);
  expect(found.map(({ id }) => id)).toEqual(["P01", "AS-43b", "X04", "P02"]);
});

test("the page says which scenario has no test, and why a clause is left out", () => {
  const tests = [{ id: "P01", path: "a.test.ts", name: "P01 a | b" }];
  const page = conformancePage(tests, ["P01", "P02"], [{ id: "P01", clause: "a clause", because: "a reason" }]);
  expect(page).toContain("| P01 | P01 a \\| b | `a.test.ts` |");
  expect(page).toContain("| P02 | **no test** | |");
  expect(page).toContain("| P01 | a clause | a reason |");
});

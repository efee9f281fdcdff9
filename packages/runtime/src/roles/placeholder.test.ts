import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { filled, filledObject, placeholdersIn } from "./placeholder.ts";

const values = new Map<string, string | number | readonly string[] | undefined>([
  ["since", 48],
  ["argv", ["npm", "test"]],
  ["goal", "say ${since}"],
  ["folder", undefined],
]);

describe("a hole in a template", () => {
  test.each([
    ["${since}", 48],
    ["${argv}", ["npm", "test"]],
    ["last ${since} hours", "last 48 hours"],
    ["${goal}", "say ${since}"],
    ["<${goal}|${goal}>", "<say ${since}|say ${since}>"],
    ["${folder}", undefined],
    ["in ${folder}.", "in ."],
    ["$${since}", "${since}"],
    ["$$ and ${ and }", "$$ and ${ and }"],
    ["${constructor}", undefined],
    ["${__proto__}", "${__proto__}"],
  ])("%j becomes %j", (template, value) => expect(filled(template, values)).toEqual(value));

  test("without a value takes its member or item with it", () => {
    expect(
      filledObject(
        { glob: "${folder}", limit: 5, list: ["a", "${folder}", "${since}"], deep: { glob: "${folder}" } },
        values,
      ),
    ).toEqual({
      limit: 5,
      list: ["a", 48],
      deep: {},
    });
  });

  test("is filled with exactly the value, whatever that looks like", () => {
    let tricky = 0;
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom("${since}", "$${x}", "${x|slug}", "$&", "$1", "$`", "${", "}"),
      fc.string().map((inner) => `\${${inner}}`),
    );
    fc.assert(
      fc.property(text, text, (x, y) => {
        if (x.includes("$")) tricky += 1;
        const given = new Map([
          ["x", x],
          ["y", y],
        ]);
        expect(filled("${x}", given)).toBe(x);
        expect(filled("<${x}-${y}>", given)).toBe(`<${x}-${y}>`);
      }),
      { numRuns: 500 },
    );
    expect(tricky).toBeGreaterThan(150);
  });

  test.each([
    ["${goal|slug}", "Über den Fluss / am 1. Mai", "uber-den-fluss-am-1-mai"],
    ["${goal|slug}", "../../etc/passwd", "etc-passwd"],
    ["${goal|slug}", "???", "untitled"],
    ["${goal|any_word}", "input validation to registration", "input|validation|registration"],
    ["${goal|any_word}", "a.b (c)", String.raw`a\.b \(c\)`],
    ["${goal|any_term}", "input validation to registration", "input OR validation OR registration"],
    ["${goal|any_term}", "a b", "a b"],
  ])("%s of %j is %j", (template, goal, value) => expect(filled(template, new Map([["goal", goal]]))).toBe(value));

  test("is found wherever it stands", () => {
    expect(placeholdersIn({ a: "${x}", b: [{ c: "and ${y|slug}", d: "$${z}" }], e: 1, f: null })).toEqual([
      { name: "x", form: null },
      { name: "y", form: "slug" },
    ]);
  });
});

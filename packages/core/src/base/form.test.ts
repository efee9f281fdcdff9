import fc from "fast-check";
import { expect, test } from "vitest";

import { formText } from "./form.ts";
import { canonicalJson, type Json } from "./json.ts";
import { Payload } from "./payload.ts";

const leaf = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.string({ unit: "grapheme" }));
const name = fc.constantFrom("a", "b", "b2", "B", "type", "at_ms", "ü", "with space", 'quote"');
const { form } = fc.letrec<{ form: Json }>((tie) => ({
  form: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("form"), { maxLength: 4 }),
    fc.dictionary(name, tie("form"), { maxKeys: 6 }),
  ),
}));

function isUnsorted(value: Json): boolean {
  if (typeof value !== "object" || value === null) return false;
  const names = Object.keys(value);
  const isOut = !Array.isArray(value) && names.join() !== names.toSorted().join();
  return isOut || Object.values(value).some(isUnsorted);
}

test("one of our forms is written as canonical JSON, in whatever order it was made", () => {
  let unsorted = 0;
  fc.assert(
    fc.property(form, (value) => {
      if (isUnsorted(value)) unsorted += 1;
      expect(formText(value)).toBe(canonicalJson(value));
    }),
    { numRuns: 2_000 },
  );
  expect(unsorted).toBeGreaterThan(300);
});

test("what our forms do not hold is refused", () => {
  for (const value of [0.5, Number.NaN, 2 ** 53, undefined, { a: undefined }, 1n])
    expect(() => formText(value)).toThrow("our forms");
  expect(() => formText("\ud800")).toThrow("surrogate");
  const payload = Payload.fresh("c".repeat(64), "json", 1, 1, "1");
  expect(() => formText({ payload })).toThrow("a payload stands in entries only");
  expect(formText({ b: payload, a: -0 }, ({ commit }) => `<${commit.slice(0, 2)}>`)).toBe('{"a":0,"b":<cc>}');
});

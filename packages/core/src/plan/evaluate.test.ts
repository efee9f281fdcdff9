import { describe, expect, test } from "vitest";

import type { Json } from "../base/json.ts";
import { evaluate } from "./evaluate.ts";
import { parseExpression } from "./expression.ts";
import { valueAt } from "./pointer.ts";

const WORLD: Json = {
  s: { n: 3, text: "Hello", list: [1, "a", null], nothing: null, object: { a: 1, b: 2 }, no: false },
};

/** The value, or the path that was not available. */
function valueOf(text: string): unknown {
  const expression = parseExpression(text);
  if (!expression.ok) throw new TypeError(expression.error.message);
  const found = evaluate(expression.value, (path) => {
    const value = valueAt(WORLD, path.map(String));
    return value === undefined ? { found: false, path } : { found: true, value };
  });
  return found.found ? found.value : `unavailable: ${found.path.join(".")}`;
}

const NOWHERE = "unavailable: s.gone";

describe("every operator", () => {
  test.each<readonly [string, Json]>([
    ["s.n == 3", true],
    ["s.n == 4", false],
    ["s.n != 4", true],
    ["s.n != 3", false],
    ["s.list == [1, 'a', null]", true],
    ["s.n < 4", true],
    ["s.n < 3", false],
    ["s.n <= 3", true],
    ["s.n <= 2", false],
    ["s.n > 2", true],
    ["s.n > 3", false],
    ["s.n >= 3", true],
    ["s.n >= 4", false],
    ["'a' < 'b'", true],
    ["'B' > 'a'", false],
    ["'a' in s.list", true],
    ["2 in s.list", false],
    ["null in s.list", true],
    ["'ell' in s.text", true],
    ["'x' in s.text", false],
    ["1 in s.n", false],
    ["true and true", true],
    ["true and false", false],
    ["false or true", true],
    ["false or false", false],
    ["not false", true],
    ["not true", false],
    ["[s.n, s.no]", [3, false]],
  ])("%s is %j", (text, value) => {
    expect(valueOf(text)).toEqual(value);
  });

  test.each(["3 < '4'", "s.list < s.list", "null <= null", "true > false", "s.object >= 1"])(
    "%s: what has no order is false, never an error",
    (text) => {
      expect(valueOf(text)).toBe(false);
    },
  );

  test.each(["s.n == '3'", "s.nothing == false", "s.no == 0", "s.list == s.object"])(
    "%s: values of different types are not equal",
    (text) => {
      expect(valueOf(text)).toBe(false);
    },
  );

  test.each(["s.n", "s.text", "s.list", "s.nothing", "s.object"])("%s is not true: only true is", (text) => {
    expect(valueOf(`${text} or ${text}`)).toBe(false);
    expect(valueOf(`${text} and true`)).toBe(false);
    expect(valueOf(`not ${text}`)).toBe(true);
  });
});

describe("every function", () => {
  test.each<readonly [string, Json]>([
    ["has(s.n)", true],
    ["len(s.text)", 5],
    ["len(s.list)", 3],
    ["len(s.object)", 2],
    ["len(s.n)", 0],
    ["default(s.n, 7)", 3],
    ["contains(s.list, 'a')", true],
    ["contains(s.text, 'lo')", true],
    ["contains(s.text, 'LO')", false],
    ["starts_with(s.text, 'He')", true],
    ["starts_with(s.text, 'lo')", false],
    ["ends_with(s.text, 'lo')", true],
    ["ends_with(s.text, 'He')", false],
    ["starts_with(s.n, '3')", false],
    ["lower(s.text)", "hello"],
    ["lower(s.n)", 3],
  ])("%s is %j", (text, value) => {
    expect(valueOf(text)).toEqual(value);
  });
});

describe("what did not happen is unavailable, not null", () => {
  test.each([
    "s.gone == null",
    "null != s.gone",
    "not s.gone",
    "s.gone and false",
    "false or s.gone",
    "1 < s.gone",
    "1 in [s.gone]",
    "len(s.gone)",
    "contains('a', s.gone)",
    "default(s.gone, s.gone)",
    "s.gone",
  ])("%s has no value", (text) => {
    expect(valueOf(text)).toBe(NOWHERE);
  });

  test.each<readonly [string, Json]>([
    ["has(s.gone)", false],
    ["has(s.nothing)", true],
    ["default(s.gone, 7)", 7],
    ["default(s.nothing, 7)", null],
    ["false and s.gone", false],
    ["true or s.gone", true],
    ["has(s.gone) and s.gone > 1", false],
  ])("%s is %j all the same", (text, value) => {
    expect(valueOf(text)).toBe(value);
  });
});

import { describe, expect, test } from "vitest";

import { parseExpression, pathsOf, type Expression } from "./expression.ts";

/** The expression with every bracket written out. */
function bracketed(expression: Expression): string {
  switch (expression.op) {
    case "literal":
      return JSON.stringify(expression.value);
    case "path":
      return expression.path.map((part) => (typeof part === "number" ? `#${part}` : part)).join("|");
    case "not":
      return `(not ${bracketed(expression.of)})`;
    case "list":
      return `[${expression.items.map(bracketed).join(" ")}]`;
    case "call":
      return `${expression.name}(${expression.args.map(bracketed).join(" ")})`;
    default:
      return `(${bracketed(expression.left)} ${expression.op} ${bracketed(expression.right)})`;
  }
}

function parsed(text: string): string {
  const result = parseExpression(text);
  return result.ok ? bracketed(result.value) : `${result.error.column}: ${result.error.message}`;
}

describe("an expression is read", () => {
  test.each([
    ["a or b and c", "(a or (b and c))"],
    ["a and b or c", "((a and b) or c)"],
    ["a or b or c", "((a or b) or c)"],
    ["(a or b) and c", "((a or b) and c)"],
    ["not a and b", "((not a) and b)"],
    ["not a == b", "(not (a == b))"],
    ["not not a", "(not (not a))"],
    ["a == not b", "(a == (not b))"],
    ["a < 1 and b >= 2", "((a < 1) and (b >= 2))"],
    ["a in [1, 2] or b", "((a in [1 2]) or b)"],
    ["1 < 2 == true", "((1 < 2) == true)"],
  ])("%s as %s", (text, wanted) => {
    expect(parsed(text)).toBe(wanted);
  });

  test.each([
    ["steps.fix-it.hits[0].name", "steps|fix-it|hits|#0|name"],
    ['steps.a["odd name"][2]', "steps|a|odd name|#2"],
    ["steps.1a.0", "steps|1a|0"],
    ["truely", "truely"],
    ["orders", "orders"],
  ])("the reference %s as %s", (text, wanted) => {
    expect(parsed(text)).toBe(wanted);
  });

  test.each([
    ["-1.5", "-1.5"],
    ["true", "true"],
    ["null", "null"],
    ['"a\\"b\\n"', '"a\\"b\\n"'],
    ["'it\\'s'", '"it\'s"'],
    ["[]", "[]"],
    ['[1, "x", [a]]', '[1 "x" [a]]'],
    ["default(a.b, len([]))", "default(a|b len([]))"],
  ])("the value %s as %s", (text, wanted) => {
    expect(parsed(text)).toBe(wanted);
  });
});

describe("an expression is refused at its column", () => {
  test.each([
    ["", "1: the expression ends too early"],
    ["a ==", "5: the expression ends too early"],
    ["a b", '3: "b" is not expected here'],
    ["a == == b", '6: "==" is not expected here'],
    ["a = b", '3: "=" is not expected here'],
    ["a & b", '3: "&" is not expected here'],
    ["'open", '1: "\'" is not expected here'],
    ['"\\q"', '1: """ is not expected here'],
    ["(a or b", '8: a ")" is missing'],
    ["[1, 2", '6: a "," or "]" is missing'],
    ["[1 2]", '4: a "," or "]" is missing'],
    ["steps.", "7: a name must follow the dot"],
    ["steps.a[b]", "9: an index or a quoted name must follow"],
    ["steps.a[0", '10: a "]" is missing'],
    ["size(a)", '1: there is no function "size"; known: has, len, default, contains, starts_with, ends_with, lower'],
    ["a and has()", "7: has takes 1 argument"],
    ["default(a)", "1: default takes 2 arguments"],
    ["a == and", '6: "and" is not expected here'],
    ["in or in", '1: "in" is not expected here'],
  ])("%s", (text, problem) => {
    expect(parsed(text)).toBe(problem);
  });

  test("where it is nested deeper than 64", () => {
    const nested = (depth: number) => parsed(`${"(".repeat(depth)}a${")".repeat(depth)}`);
    expect(nested(64)).toBe("a");
    expect(nested(65)).toBe("66: the expression is nested too deeply");
    expect(parsed(`${"not ".repeat(65)}a`)).toContain("nested too deeply");
  });
});

test("what an expression reads is known without evaluating it, in order of appearance", () => {
  const expression = parseExpression("not has(steps.a.x) or inputs.k in [steps.b[0], 1] and lower(steps.a.x) == 'y'");
  expect(expression.ok && pathsOf(expression.value)).toEqual([
    ["steps", "a", "x"],
    ["inputs", "k"],
    ["steps", "b", 0],
    ["steps", "a", "x"],
  ]);
});

import { equalJson, type Json } from "../base/json.ts";
import type { BinaryOperator, Expression, FunctionName, Path } from "./expression.ts";

/** A reference to something that did not happen is unavailable, not null. */
export type Lookup = (path: Path) => Found;
export type Found = { readonly found: true; readonly value: Json } | { readonly found: false; readonly path: Path };

/** Evaluates an expression; `found: false` names the path that was unavailable. Comparing values of different types is false, never an error. */
export function evaluate(expression: Expression, lookup: Lookup): Found {
  switch (expression.op) {
    case "literal":
      return some(expression.value);
    case "path":
      return lookup(expression.path);
    case "list":
      return list(expression.items, lookup);
    case "not": {
      const of = evaluate(expression.of, lookup);
      return of.found ? some(!isTrue(of.value)) : of;
    }
    case "and":
    case "or":
      return logic(expression.op, expression.left, expression.right, lookup);
    case "call":
      return call(expression.name, expression.args, lookup);
    default:
      return compare(expression.op, expression.left, expression.right, lookup);
  }
}

/** Only `true` is true: a condition on a number or a text is a mistake that must not pass. */
export function isTrue(value: Json): boolean {
  return value === true;
}

function some(value: Json): Found {
  return { found: true, value };
}

function list(items: readonly Expression[], lookup: Lookup): Found {
  const values: Json[] = [];
  for (const item of items) {
    const value = evaluate(item, lookup);
    if (!value.found) return value;
    values.push(value.value);
  }
  return some(values);
}

function logic(op: "and" | "or", left: Expression, right: Expression, lookup: Lookup): Found {
  const first = evaluate(left, lookup);
  if (!first.found) return first;
  const decided = op === "and" ? !isTrue(first.value) : isTrue(first.value);
  if (decided) return some(op === "or");
  const second = evaluate(right, lookup);
  return second.found ? some(isTrue(second.value)) : second;
}

function compare(
  op: Exclude<BinaryOperator, "and" | "or">,
  left: Expression,
  right: Expression,
  lookup: Lookup,
): Found {
  const a = evaluate(left, lookup);
  if (!a.found) return a;
  const b = evaluate(right, lookup);
  if (!b.found) return b;
  if (op === "==") return some(equalJson(a.value, b.value));
  if (op === "!=") return some(!equalJson(a.value, b.value));
  if (op === "in") return some(isIn(a.value, b.value));
  return some(ordered(op, a.value, b.value));
}

function isIn(item: Json, holder: Json): boolean {
  if (Array.isArray(holder)) return holder.some((each: Json) => equalJson(each, item));
  return typeof holder === "string" && typeof item === "string" && holder.includes(item);
}

function ordered(op: "<" | "<=" | ">" | ">=", a: Json, b: Json): boolean {
  const comparable =
    (typeof a === "number" && typeof b === "number") || (typeof a === "string" && typeof b === "string");
  if (!comparable || a === null || b === null) return false;
  if (op === "<") return a < b;
  if (op === "<=") return a <= b;
  return op === ">" ? a > b : a >= b;
}

function call(name: FunctionName, args: readonly Expression[], lookup: Lookup): Found {
  const [first, second] = args;
  if (first === undefined) return some(null);
  const a = evaluate(first, lookup);
  if (name === "has") return some(a.found);
  if (name === "default") return a.found || second === undefined ? a : evaluate(second, lookup);
  if (!a.found) return a;
  if (name === "len") return some(lengthOf(a.value));
  if (name === "lower") return some(typeof a.value === "string" ? a.value.toLowerCase() : a.value);
  if (second === undefined) return some(null);
  const b = evaluate(second, lookup);
  if (!b.found) return b;
  if (name === "contains") return some(isIn(b.value, a.value));
  const texts = typeof a.value === "string" && typeof b.value === "string";
  if (!texts) return some(false);
  return some(name === "starts_with" ? a.value.startsWith(b.value) : a.value.endsWith(b.value));
}

function lengthOf(value: Json): number {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  return value !== null && typeof value === "object" ? Object.keys(value).length : 0;
}

import type { Json } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { tokenize, type SyntaxProblem, type Token } from "./expression-token.ts";

/** A parsed reference or condition between steps. The one expression language of Writ. */
export type Expression =
  | { readonly op: "literal"; readonly value: Json }
  | { readonly op: "path"; readonly path: Path }
  | { readonly op: "not"; readonly of: Expression }
  | { readonly op: "list"; readonly items: readonly Expression[] }
  | { readonly op: BinaryOperator; readonly left: Expression; readonly right: Expression }
  | { readonly op: "call"; readonly name: FunctionName; readonly args: readonly Expression[] };

/** What is named, such as `steps.test.passed`: the root, then members and indexes. */
export type Path = readonly [root: string, ...rest: readonly (string | number)[]];

export type BinaryOperator = "and" | "or" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "in";
export type FunctionName = "has" | "len" | "default" | "contains" | "starts_with" | "ends_with" | "lower";

const ARITY: Readonly<Record<FunctionName, number>> = {
  has: 1,
  len: 1,
  default: 2,
  contains: 2,
  starts_with: 2,
  ends_with: 2,
  lower: 1,
};

const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  or: 1,
  and: 2,
  "==": 4,
  "!=": 4,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  in: 4,
};
const NOT_PRECEDENCE = 3;
const MAX_DEPTH = 64;

/** Parses one expression; the problem names the column, from 1. */
export function parseExpression(text: string): Result<Expression, SyntaxProblem> {
  const tokens = tokenize(text);
  if (!tokens.ok) return tokens;
  const parser = new Parser(tokens.value);
  return parser.whole();
}

/** Every path an expression reads, in order of appearance. */
export function pathsOf(expression: Expression): readonly Path[] {
  switch (expression.op) {
    case "literal":
      return [];
    case "path":
      return [expression.path];
    case "not":
      return pathsOf(expression.of);
    case "list":
      return expression.items.flatMap(pathsOf);
    case "call":
      return expression.args.flatMap(pathsOf);
    default:
      return [...pathsOf(expression.left), ...pathsOf(expression.right)];
  }
}

/** The paths an expression asks about with `has`, or has a stand-in for with `default`: it can do without them. */
export function guardedPathsOf(expression: Expression): readonly Path[] {
  switch (expression.op) {
    case "literal":
    case "path":
      return [];
    case "not":
      return guardedPathsOf(expression.of);
    case "list":
      return expression.items.flatMap(guardedPathsOf);
    case "call": {
      const asked = expression.name === "has" || expression.name === "default" ? expression.args.slice(0, 1) : [];
      return [...asked.flatMap(pathsOf), ...expression.args.flatMap(guardedPathsOf)];
    }
    default:
      return [...guardedPathsOf(expression.left), ...guardedPathsOf(expression.right)];
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Result<Expression, SyntaxProblem> {
    const expression = this.#binary(0, 0);
    if (!expression.ok) return expression;
    const rest = this.#peek();
    return rest.kind === "end" ? expression : this.#problem(rest, `"${rest.text}" is not expected here`);
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", text: "", column: 1 };
  }

  #take(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #problem(token: Token, message: string): Result<never, SyntaxProblem> {
    return err({ column: token.column, message });
  }

  #binary(floor: number, depth: number): Result<Expression, SyntaxProblem> {
    if (depth > MAX_DEPTH) return this.#problem(this.#peek(), "the expression is nested too deeply");
    let left = this.#unary(depth);
    while (left.ok) {
      const token = this.#peek();
      const operator = binaryOperator(token);
      if (operator === null || PRECEDENCE[operator] <= floor) return left;
      this.#take();
      const right = this.#binary(PRECEDENCE[operator], depth + 1);
      if (!right.ok) return right;
      left = ok({ op: operator, left: left.value, right: right.value });
    }
    return left;
  }

  #unary(depth: number): Result<Expression, SyntaxProblem> {
    const token = this.#peek();
    if (token.kind !== "word" || token.text !== "not") return this.#primary(depth);
    this.#take();
    const of = this.#binary(NOT_PRECEDENCE, depth + 1);
    return of.ok ? ok({ op: "not", of: of.value }) : of;
  }

  #primary(depth: number): Result<Expression, SyntaxProblem> {
    const token = this.#take();
    if (token.kind === "number") return this.#number(token);
    if (token.kind === "string") return ok({ op: "literal", value: token.text });
    if (token.kind === "mark" && token.text === "(") return this.#bracketed(depth);
    if (token.kind === "mark" && token.text === "[") return this.#list(depth);
    if (token.kind === "word") return this.#word(token, depth);
    return this.#problem(
      token,
      token.kind === "end" ? "the expression ends too early" : `"${token.text}" is not expected here`,
    );
  }

  /** Numbers that no document may hold are none here. */
  #number(token: Token): Result<Expression, SyntaxProblem> {
    const value = Number(token.text);
    return Math.abs(value) <= Number.MAX_SAFE_INTEGER
      ? ok({ op: "literal", value })
      : this.#problem(token, `${token.text} is beyond ${Number.MAX_SAFE_INTEGER}`);
  }

  #bracketed(depth: number): Result<Expression, SyntaxProblem> {
    const inner = this.#binary(0, depth + 1);
    if (!inner.ok) return inner;
    const close = this.#take();
    return close.text === ")" && close.kind === "mark" ? inner : this.#problem(close, 'a ")" is missing');
  }

  #list(depth: number): Result<Expression, SyntaxProblem> {
    const items = this.#items("]", depth);
    return items.ok ? ok({ op: "list", items: items.value }) : items;
  }

  #items(end: string, depth: number): Result<readonly Expression[], SyntaxProblem> {
    const items: Expression[] = [];
    if (this.#peek().kind === "mark" && this.#peek().text === end) {
      this.#take();
      return ok(items);
    }
    for (;;) {
      const item = this.#binary(0, depth + 1);
      if (!item.ok) return item;
      items.push(item.value);
      const next = this.#take();
      if (next.kind === "mark" && next.text === end) return ok(items);
      if (next.kind !== "mark" || next.text !== ",") return this.#problem(next, `a "," or "${end}" is missing`);
    }
  }

  #word(token: Token, depth: number): Result<Expression, SyntaxProblem> {
    if (token.text === "true" || token.text === "false") return ok({ op: "literal", value: token.text === "true" });
    if (token.text === "null") return ok({ op: "literal", value: null });
    if (binaryOperator(token) !== null) return this.#problem(token, `"${token.text}" is not expected here`);
    const next = this.#peek();
    if (next.kind === "mark" && next.text === "(") return this.#call(token, depth);
    return this.#path(token);
  }

  #call(token: Token, depth: number): Result<Expression, SyntaxProblem> {
    if (!isFunction(token.text)) {
      return this.#problem(token, `there is no function "${token.text}"; known: ${Object.keys(ARITY).join(", ")}`);
    }
    this.#take();
    const args = this.#items(")", depth);
    if (!args.ok) return args;
    const wanted = ARITY[token.text];
    if (args.value.length !== wanted)
      return this.#problem(token, `${token.text} takes ${wanted} argument${wanted === 1 ? "" : "s"}`);
    return ok({ op: "call", name: token.text, args: args.value });
  }

  #path(root: Token): Result<Expression, SyntaxProblem> {
    const rest: (string | number)[] = [];
    for (;;) {
      const mark = this.#peek();
      if (mark.kind !== "mark" || (mark.text !== "." && mark.text !== "[")) break;
      this.#take();
      const part = this.#take();
      if (mark.text === "." && (part.kind === "word" || part.kind === "number")) {
        rest.push(part.text);
      } else if (mark.text === "[" && (part.kind === "number" || part.kind === "string")) {
        rest.push(part.kind === "number" ? Number(part.text) : part.text);
        const close = this.#take();
        if (close.text !== "]") return this.#problem(close, 'a "]" is missing');
      } else {
        return this.#problem(
          part,
          mark.text === "." ? "a name must follow the dot" : "an index or a quoted name must follow",
        );
      }
    }
    return ok({ op: "path", path: [root.text, ...rest] });
  }
}

function isFunction(name: string): name is FunctionName {
  return Object.hasOwn(ARITY, name);
}

function binaryOperator(token: Token): BinaryOperator | null {
  if (token.kind === "word")
    return token.text === "and" || token.text === "or" || token.text === "in" ? token.text : null;
  if (token.kind !== "operator") return null;
  switch (token.text) {
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return token.text;
    default:
      return null;
  }
}

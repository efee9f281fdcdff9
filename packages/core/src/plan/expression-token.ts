import { err, ok, type Result } from "../base/result.ts";

export interface Token {
  readonly kind: "word" | "number" | "string" | "operator" | "mark" | "end";
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

export interface SyntaxProblem {
  /** From 1. */
  readonly column: number;
  readonly message: string;
}

const SPACE = /[ \t\r\n]+/y;
const WORD = /[A-Za-z_][A-Za-z0-9_-]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?/y;
const OPERATOR = /==|!=|<=|>=|<|>/y;
const MARK = /[()[\],.]/y;
const STRING = /"(?:[^"\\]|\\["\\/nt])*"|'(?:[^'\\]|\\['\\/nt])*'/y;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t" };

/** Splits an expression; a `-` inside a word belongs to it, since step ids may hold one. */
export function tokenize(text: string): Result<readonly Token[], SyntaxProblem> {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  while (at < text.length) {
    const space = match(SPACE);
    if (space !== null) {
      at += space.length;
      continue;
    }
    const token = next(match, at, tokens.at(-1));
    if (token === null) return err({ column: at + 1, message: `"${text[at]}" is not expected here` });
    tokens.push(token.token);
    at += token.length;
  }
  tokens.push({ kind: "end", text: "", column: text.length + 1 });
  return ok(tokens);
}

function next(
  match: (pattern: RegExp) => string | null,
  at: number,
  before: Token | undefined,
): { readonly token: Token; readonly length: number } | null {
  const column = at + 1;
  const afterDot = before?.kind === "mark" && before.text === ".";
  const word = match(WORD);
  if (word !== null) return { token: { kind: "word", text: word, column }, length: word.length };
  const number = match(afterDot ? /[0-9][A-Za-z0-9_-]*/y : NUMBER);
  if (number !== null) return { token: { kind: "number", text: number, column }, length: number.length };
  const string = match(STRING);
  if (string !== null)
    return { token: { kind: "string", text: unescape(string.slice(1, -1)), column }, length: string.length };
  const operator = match(OPERATOR);
  if (operator !== null) return { token: { kind: "operator", text: operator, column }, length: operator.length };
  const mark = match(MARK);
  if (mark !== null) return { token: { kind: "mark", text: mark, column }, length: mark.length };
  return null;
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, mark: string) => ESCAPES[mark] ?? mark);
}

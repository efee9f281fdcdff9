import { checkDepth, checkMembers, checkName, checkNumber, checkText, refuseJson } from "./json-limits.ts";
import type { Json } from "./json.ts";

/** Where reading is. */
interface Cursor {
  readonly text: string;
  at: number;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const CONSTANTS = [
  ["null", null],
  ["true", true],
  ["false", false],
] as const;
const parseText: (token: string) => string = JSON.parse;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * One JSON value and white space, nothing else.
 *
 * Written by hand because `JSON.parse` keeps the last of two equal names and gives objects a prototype.
 *
 * @throws OrchestratorError a `json_*` code
 */
export function readJson(text: string): Json {
  const cursor: Cursor = { text, at: 0 };
  const value = readValue(cursor, 0);
  skipSpace(cursor);
  return cursor.at === text.length ? value : stop(cursor);
}

function readValue(cursor: Cursor, depth: number): Json {
  skipSpace(cursor);
  switch (cursor.text[cursor.at]) {
    case "{":
      return readObject(cursor, depth + 1);
    case "[":
      return readArray(cursor, depth + 1);
    case '"':
      return checkText(readString(cursor), cursor.at);
    default:
      return readScalar(cursor);
  }
}

function readObject(cursor: Cursor, depth: number): Json {
  checkDepth(depth, cursor.at);
  const object: Record<string, Json> = { __proto__: null };
  if (opensEmpty(cursor, "}")) return object;
  let count = 0;
  do {
    skipSpace(cursor);
    if (cursor.text[cursor.at] !== '"') stop(cursor);
    const start = cursor.at;
    const name = checkName(readString(cursor), start);
    if (name in object) refuseJson("json_duplicate_key", `two members are named ${JSON.stringify(name)}`, start);
    checkMembers((count += 1), start);
    skipSpace(cursor);
    if (cursor.text[cursor.at] !== ":") stop(cursor);
    cursor.at += 1;
    object[name] = readValue(cursor, depth);
  } while (hasMore(cursor, "}"));
  return object;
}

function readArray(cursor: Cursor, depth: number): Json {
  checkDepth(depth, cursor.at);
  const items: Json[] = [];
  if (opensEmpty(cursor, "]")) return items;
  do items.push(readValue(cursor, depth));
  while (hasMore(cursor, "]"));
  return items;
}

function opensEmpty(cursor: Cursor, close: "}" | "]"): boolean {
  cursor.at += 1;
  skipSpace(cursor);
  if (cursor.text[cursor.at] !== close) return false;
  cursor.at += 1;
  return true;
}

function hasMore(cursor: Cursor, close: "}" | "]"): boolean {
  skipSpace(cursor);
  const mark = cursor.text[cursor.at];
  if (mark !== "," && mark !== close) stop(cursor);
  cursor.at += 1;
  return mark === ",";
}

/** The text between quotes, unescaped; `JSON.parse` sees one string at a time and refuses bad escapes. */
function readString(cursor: Cursor): string {
  const { text, at: start } = cursor;
  let isPlain = true;
  for (let at = start + 1; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      cursor.at = at + 1;
      return isPlain ? text.slice(start + 1, at) : unescape(text.slice(start, at + 1), start);
    }
    if (unit < 0x20) return stop({ text, at });
    if (unit !== BACKSLASH) continue;
    isPlain = false;
    at += 1;
  }
  return stop({ text, at: text.length });
}

function unescape(token: string, at: number): string {
  try {
    return parseText(token);
  } catch (error) {
    if (error instanceof SyntaxError) return refuseJson("json_syntax", "a string has a bad escape", at);
    throw error;
  }
}

function readScalar(cursor: Cursor): Json {
  NUMBER.lastIndex = cursor.at;
  const digits = NUMBER.exec(cursor.text)?.[0];
  if (digits !== undefined) {
    cursor.at += digits.length;
    // 0 + -0 is 0: the canonical form has no negative zero.
    return 0 + checkNumber(Number(digits), cursor.at);
  }
  for (const [word, value] of CONSTANTS) {
    if (!cursor.text.startsWith(word, cursor.at)) continue;
    cursor.at += word.length;
    return value;
  }
  return stop(cursor);
}

function skipSpace(cursor: Cursor): void {
  const { text } = cursor;
  for (;;) {
    const unit = text.charCodeAt(cursor.at);
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
    cursor.at += 1;
  }
}

function stop(cursor: Cursor): never {
  const found = cursor.at < cursor.text.length ? JSON.stringify(cursor.text[cursor.at]) : "the end";
  return refuseJson("json_syntax", `not JSON: ${found} is not expected here`, cursor.at);
}

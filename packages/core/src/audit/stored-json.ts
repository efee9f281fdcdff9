import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";

const LONE_SURROGATE = /[\ud800-\udfff]/u;
const parse: (text: string) => Json = JSON.parse;

/**
 * The canonical form of a value that `JSON.parse` returned.
 *
 * Short and of its own, so that the verifier does not lean on the writer it
 * checks; a test compares both.
 *
 * @throws SyntaxError beyond the limits of `formats.md` 1.1
 */
export function canonicalText(value: Json, depth = 0): string {
  const isNumber = typeof value !== "number" || Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  const isText = typeof value !== "string" || !LONE_SURROGATE.test(value);
  if (depth > 64 || !isNumber || !isText) throw new SyntaxError("beyond the limits of canonical JSON");
  if (isJsonArray(value)) return `[${value.map((item) => canonicalText(item, depth + 1)).join()}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  if (names.length > 10_000 || names.includes("__proto__")) throw new SyntaxError("bad member names");
  return `{${names.map((name) => `${canonicalText(name)}:${canonicalText(value[name] ?? null, depth + 1)}`).join()}}`;
}

/** The value of a text that is its own canonical form, else undefined. */
export function readStored(text: string | undefined): Json | undefined {
  try {
    const value = parse(text ?? "");
    return canonicalText(value) === text ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether the value is an object with exactly these members, given sorted and joined by commas. */
export function hasExactly(value: Json | undefined, names: string): value is JsonObject {
  return isJsonObject(value) && Object.keys(value).sort().join() === names;
}

export function isCount(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

export function isText(value: Json | undefined): value is string {
  return typeof value === "string";
}

/** The member of an object; undefined of anything else. */
export function member(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) ? value[name] : undefined;
}

export function items(value: Json | undefined): readonly Json[] {
  return isJsonArray(value) ? value : [];
}

/** The first member that is not as expected. */
export function differing(expected: JsonObject, actual: Json | undefined): string | undefined {
  const textOf = (value: Json | undefined): string => canonicalText(value ?? null);
  return Object.keys(expected).find((name) => textOf(expected[name]) !== textOf(member(actual, name)));
}

/** Calls `see` for the value and all in it, in canonical order; does not enter what `see` answers true to. */
export function walk(
  value: Json,
  field: string,
  name: string,
  see: (value: Json, field: string, name: string) => boolean,
): void {
  if (see(value, field, name)) return;
  if (isJsonArray(value)) value.forEach((item, index) => walk(item, `${field}/${index}`, name, see));
  if (!isJsonObject(value)) return;
  for (const key of Object.keys(value).sort()) {
    walk(value[key] ?? null, `${field}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, key, see);
  }
}

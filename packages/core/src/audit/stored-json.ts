import { canonicalJson, isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import { OrchestratorError } from "../base/error.ts";

const parse: (text: string) => Json = JSON.parse;

/**
 * The value of a text that is its own canonical form, else undefined.
 *
 * Reads with `JSON.parse`: what that accepts and canonical JSON forbids (two
 * equal names, white space, other spellings) cannot write itself back.
 */
export function readStored(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  try {
    const value = parse(text);
    return canonicalJson(value) === text ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof OrchestratorError) return undefined;
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

/** Calls `see` for the value and all in it, in canonical order; does not enter what `see` answers true to. */
export function walk(
  value: Json,
  field: string,
  name: string,
  see: (value: Json, field: string, name: string) => boolean,
): void {
  if (see(value, field, name)) return;
  if (isJsonArray(value)) value.forEach((item, index) => walk(item, `${field}/${index}`, name, see));
  else if (isJsonObject(value)) {
    for (const key of Object.keys(value).sort()) {
      const token = key.replaceAll("~", "~0").replaceAll("/", "~1");
      walk(value[key] ?? null, `${field}/${token}`, key, see);
    }
  }
}

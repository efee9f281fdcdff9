import { checkDepth, checkMembers, checkName, checkNumber, checkSize, checkText, refuseJson } from "./json-limits.ts";

/** A JSON value. Objects are read without a prototype. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isJsonArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/**
 * The canonical form: RFC 8785 of a value within the limits of `formats.md` 1.1.
 *
 * @throws OrchestratorError `json_type` (`undefined`, a `Date`, a class …), `json_number`, `json_surrogate`, `json_key`, `json_depth`, `json_size`
 * @see RFC 8785, "JSON Canonicalization Scheme"
 */
export function canonicalJson(value: Json): string {
  return checkSize(write(value, 0));
}

/** Whether two values have the same canonical form: member order and `-0` do not count. */
export function equalJson(a: Json, b: Json): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (isJsonArray(a)) {
    return isJsonArray(b) && a.length === b.length && a.every((item, index) => equalJson(item, b[index] ?? null));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && equalJson(a[name] ?? null, b[name] ?? null));
}

/** Whether every number is an integer, as our own forms (entries, documents, bindings, manifests …) demand. */
export function hasOnlyIntegers(value: Json): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).every(hasOnlyIntegers);
  return typeof value !== "number" || Number.isSafeInteger(value);
}

/** Names that are sorted one by one. */
const FEW = 32;

const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

/** A string as it is written. @throws OrchestratorError `json_surrogate` */
export function quoted(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(checkText(text)) : `"${text}"`;
}

function write(value: Json | undefined, depth: number): string {
  switch (typeof value) {
    case "string":
      return quoted(value);
    case "number":
      return String(checkNumber(value));
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      checkDepth(depth + 1);
      return isJsonArray(value) ? writeArray(value, depth + 1) : writeObject(value, depth + 1);
    default:
      return refuseJson("json_type", `a value of type ${typeof value} is not JSON`);
  }
}

function writeArray(items: readonly Json[], depth: number): string {
  let out = "[";
  for (let index = 0; index < items.length; index += 1) out += (index === 0 ? "" : ",") + write(items[index], depth);
  return `${out}]`;
}

function writeObject(object: JsonObject, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== null && prototype !== Object.prototype) refuseJson("json_type", "an object of a class is not JSON");
  const names = Object.keys(object);
  checkMembers(names.length);
  let out = "";
  for (const name of sorted(names)) {
    out += `${out === "" ? "{" : ","}${write(checkName(name), depth)}:${write(object[name], depth)}`;
  }
  return out === "" ? "{}" : `${out}}`;
}

/** By UTF-16 code unit. Most objects are in order or have a few members. */
function sorted(names: string[]): string[] {
  if (names.length > FEW) return names.sort();
  for (let index = 1; index < names.length; index += 1) {
    const name = names[index] ?? "";
    let at = index;
    for (let before = names[at - 1] ?? ""; at > 0 && before > name; before = names[at - 1] ?? "") {
      names[at] = before;
      at -= 1;
    }
    names[at] = name;
  }
  return names;
}

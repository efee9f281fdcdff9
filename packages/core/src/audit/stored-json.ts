import type { Hasher } from "../base/hash.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";

const SURROGATE = /[\ud800-\udfff]/u;
/** Text that needs no escape. */
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;
const MAX_NUMBER = 2 ** 53 - 1;
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
  if (isText(value) && PLAIN.test(value)) return `"${value}"`;
  const isBad = isText(value) ? SURROGATE.test(value) : typeof value === "number" && Math.abs(value) > MAX_NUMBER;
  if (isBad || depth > 64) throw new SyntaxError("not canonical JSON");
  if (isJsonArray(value)) return `[${value.map((item) => canonicalText(item, depth + 1)).join()}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  if (names.length > 10_000 || names.includes("__proto__")) throw new SyntaxError("not canonical JSON");
  let text = "";
  for (const name of names)
    text += `${text && ","}${canonicalText(name)}:${canonicalText(value[name] ?? null, depth + 1)}`;
  return `{${text}}`;
}

/** The digest of a value. */
export const digestText = (hash: Hasher, value: Json): string => `sha256:${hash.sha256Hex(canonicalText(value))}`;

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
export const hasExactly = (value: Json | undefined, names: string): value is JsonObject =>
  isJsonObject(value) && Object.keys(value).sort().join() === names;

export const isCount = (value: Json | undefined): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** A hash as 64 hex digits. */
export const HASH = /^[0-9a-f]{64}$/;

/** Whether the value is a text of this form. */
export const matches = (value: Json | undefined, form: RegExp): value is string => isText(value) && form.test(value);

export const isText = (value: Json | undefined): value is string => typeof value === "string";

/** The member of an object; undefined of anything else. */
export const member = (value: Json | undefined, name: string): Json | undefined =>
  isJsonObject(value) ? value[name] : undefined;

export const items = (value: Json | undefined): readonly Json[] => (isJsonArray(value) ? value : []);

/** The first member that is not as expected. */
export function differing(expected: JsonObject, actual: Json | undefined): string | undefined {
  const textOf = (value: Json | undefined): string => canonicalText(value ?? null);
  return Object.keys(expected).find((name) => textOf(expected[name]) !== textOf(member(actual, name)));
}

type See = (value: Json, field: string, name: string) => boolean;

/** Calls `see` for the value and all in it, in canonical order; does not enter what `see` answers true to. */
export function walk(value: Json, field: string, name: string, see: See): void {
  if (see(value, field, name) || typeof value !== "object" || value === null) return;
  for (const [key, item] of isJsonArray(value) ? value.entries() : Object.entries(value).sort(byName)) {
    const token = String(key).replaceAll("~", "~0").replaceAll("/", "~1");
    walk(item, `${field}/${token}`, isJsonArray(value) ? name : String(key), see);
  }
}

const byName = ([a]: readonly [string, Json], [b]: readonly [string, Json]): number => (a < b ? -1 : 1);

import type { Hasher } from "../base/hash.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";

const SURROGATE = /[\ud800-\udfff]/u;
/** Text that needs no escape. */
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;
const parse: (text: string) => Json = JSON.parse;

/**
 * The canonical form of a value that `JSON.parse` returned; beyond the limits of
 * `formats.md` 1.1 a text that is nobody's form.
 *
 * Short and of its own, so that the verifier does not lean on the writer it
 * checks; a test compares both.
 *
 * @param room arrays and objects that may still be nested
 */
export function canonicalText(value: Json | undefined, room = 64): string {
  if (isText(value)) return PLAIN.test(value) ? `"${value}"` : SURROGATE.test(value) ? "" : JSON.stringify(value);
  if (typeof value === "number") return Math.abs(value) > Number.MAX_SAFE_INTEGER ? "" : JSON.stringify(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  if (isJsonArray(value)) return room > 0 ? `[${value.map((item) => canonicalText(item, room - 1)).join()}]` : "";
  const names = Object.keys(value).sort();
  if (room === 0 || names.length > 10_000 || names.includes("__proto__")) return "";
  return `{${names.map((name) => `${canonicalText(name)}:${canonicalText(value[name], room - 1)}`).join()}}`;
}

/** The digest of a value. */
export const digestText = (hash: Hasher, value: Json): string => `sha256:${hash.sha256Hex(canonicalText(value))}`;

/** The value of a text that is its own canonical form, else undefined. */
export function readStored(text: string | undefined): Json | undefined {
  try {
    const value = parse(text ?? "");
    return canonicalText(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the value is an object with exactly these members, given sorted and joined by commas. */
export const hasExactly = (value: Json | undefined, names: string): value is JsonObject =>
  isJsonObject(value) && Object.keys(value).sort().join() === names;

/** The value if it is an object of this type and these members. */
export const formOf = (value: Json | undefined, type: string, names: string): JsonObject | undefined =>
  hasExactly(value, names) && value["type"] === type ? value : undefined;

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

/** Values that something is to have; undefined is as null. */
export type Expected = Readonly<Record<string, Json | undefined>>;

/** The first member that is not as expected. */
export const differing = (expected: Expected, actual: Json | undefined): string | undefined =>
  Object.keys(expected).find((name) => canonicalText(expected[name]) !== canonicalText(member(actual, name)));

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

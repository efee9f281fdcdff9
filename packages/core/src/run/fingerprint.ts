import type { Hasher } from "../base/hash.ts";
import { canonicalJson, type JsonObject } from "../base/json.ts";

/** Longer texts are remembered by their hash. */
const SHORT = 256;

/** Arguments are looked at when a call is keyed and when it is guarded: their text is made once. */
const texts = new WeakMap<JsonObject, string>();

/** The canonical JSON of arguments, which nobody changes. */
export function argsText(args: JsonObject): string {
  const known = texts.get(args);
  if (known !== undefined) return known;
  const text = canonicalJson(args);
  texts.set(args, text);
  return text;
}

/** Two calls with the same one are identical to the loop guard. It lives in memory only: a plain hash of arguments never enters an entry. */
export function callOf(hash: Hasher, tool: string, args: string): string {
  return `${tool} ${fingerprint(hash, args)}`;
}

/** Two canonical texts with the same one are the same. */
export function fingerprint(hash: Hasher, text: string): string {
  return text.length <= SHORT ? text : hash.sha256Hex(text);
}

import type { Hasher } from "../base/hash.ts";
import { canonicalJson, type JsonObject } from "../base/json.ts";

/** Longer texts are remembered by their hash. */
const SHORT = 256;

/** The arguments that were looked at last: a call is keyed, then guarded, and their text is made once. */
let last: { readonly args: JsonObject; readonly text: string } | null = null;

/** The canonical JSON of arguments, which nobody changes. */
export function argsText(args: JsonObject): string {
  if (last?.args !== args) last = { args, text: canonicalJson(args) };
  return last.text;
}

/** Two calls with the same one are identical to the loop guard. It lives in memory only: a plain hash of arguments never enters an entry. */
export function callOf(hash: Hasher, tool: string, args: string): string {
  return `${tool} ${fingerprint(hash, args)}`;
}

/** Two canonical texts with the same one are the same. */
export function fingerprint(hash: Hasher, text: string): string {
  return text.length <= SHORT ? text : hash.sha256Hex(text);
}

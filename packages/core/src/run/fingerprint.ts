import type { Hasher } from "../base/hash.ts";
import { canonicalJson, type JsonObject } from "../base/json.ts";

/** Two calls with the same one are identical to the loop guard. It lives in memory only: a plain hash of arguments never enters an entry. */
export function callOf(hash: Hasher, tool: string, args: JsonObject): string {
  return `${tool} ${hash.sha256Hex(canonicalJson(args))}`;
}

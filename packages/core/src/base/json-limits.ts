import { OrchestratorError, type ErrorCode } from "./error.ts";
import { utf8Length } from "./utf8.ts";

/** Nested arrays and objects; `[]` is 1. */
export const MAX_DEPTH = 64;
/** In one object. */
export const MAX_MEMBERS = 10_000;
export const MAX_JSON_BYTES = 16 * 1024 * 1024;

const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** @throws OrchestratorError `json_surrogate` */
export function checkText(text: string, at?: number): string {
  return LONE_SURROGATE.test(text) ? refuseJson("json_surrogate", "a string holds half of a surrogate pair", at) : text;
}

/** @throws OrchestratorError `json_number` */
export function checkNumber(value: number, at?: number): number {
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  return refuseJson("json_number", `${value} is beyond 2^53 - 1; write larger quantities as decimal strings`, at);
}

/** @throws OrchestratorError `json_key` */
export function checkName(name: string, at?: number): string {
  return name === "__proto__" ? refuseJson("json_key", "a member may not be named __proto__", at) : checkText(name, at);
}

/** @throws OrchestratorError `json_size` */
export function checkMembers(count: number, at?: number): void {
  if (count > MAX_MEMBERS) refuseJson("json_size", `one object has more than ${MAX_MEMBERS} members`, at);
}

/** @throws OrchestratorError `json_depth` */
export function checkDepth(depth: number, at?: number): void {
  if (depth > MAX_DEPTH) refuseJson("json_depth", `nested deeper than ${MAX_DEPTH} arrays and objects`, at);
}

/** @throws OrchestratorError `json_size` */
export function checkSize(text: string): string {
  // Three bytes are the most that one UTF-16 code unit becomes, so most texts need no count.
  if (text.length * 3 <= MAX_JSON_BYTES || utf8Length(text) <= MAX_JSON_BYTES) return text;
  return refuseJson("json_size", "the JSON is larger than 16 MiB");
}

/** @param at the character of the text where reading stopped */
export function refuseJson(code: ErrorCode, message: string, at?: number): never {
  throw new OrchestratorError(code, message, at === undefined ? {} : { details: { at } });
}

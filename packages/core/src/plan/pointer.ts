import { isJsonArray, isJsonObject, type Json } from "../base/json.ts";
import type { Pointer } from "./plan.ts";

const INDEX = /^(?:0|[1-9][0-9]*)$/;

/** The tokens of a JSON pointer, or null when it is malformed. @see RFC 6901 */
export function parsePointer(text: string): Pointer | null {
  if (text === "") return [];
  if (!text.startsWith("/")) return null;
  return text
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

export function pointerText(pointer: Pointer): string {
  return pointer.map((token) => `/${token.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The value a pointer names, or undefined when there is none. */
export function valueAt(value: Json, pointer: Pointer): Json | undefined {
  let here: Json | undefined = value;
  for (const token of pointer) {
    if (isJsonArray(here)) here = INDEX.test(token) ? here[Number(token)] : undefined;
    else if (isJsonObject(here)) here = Object.hasOwn(here, token) ? here[token] : undefined;
    else return undefined;
  }
  return here;
}

/** The same value with `next` at the pointer; objects on the way are made, array places must exist or be the next one. Undefined when there is no such place. */
export function withValueAt(value: Json | undefined, pointer: Pointer, next: Json): Json | undefined {
  const [token, ...rest] = pointer;
  if (token === undefined) return next;
  if (isJsonArray(value)) {
    if (!INDEX.test(token) || Number(token) > value.length) return undefined;
    const inner = withValueAt(value[Number(token)], rest, next);
    if (inner === undefined) return undefined;
    return [...value.slice(0, Number(token)), inner, ...value.slice(Number(token) + 1)];
  }
  if (value !== undefined && !isJsonObject(value)) return undefined;
  const own = value !== undefined && Object.hasOwn(value, token) ? value[token] : undefined;
  const inner = withValueAt(own, rest, next);
  return inner === undefined ? undefined : { ...value, [token]: inner };
}

import type { Json } from "./json.ts";

/** What `JSON.parse` answers is JSON by definition; the language types it as anything. @throws SyntaxError */
export function parseJson(text: string): Json {
  return JSON.parse(text) as Json;
}

/** A value as it crosses a boundary: members that are absent are left out, and nothing but JSON is left. */
export function plainJson(value: unknown): Json {
  return parseJson(JSON.stringify(value ?? null));
}

import { readFileSync } from "node:fs";

import { isJsonArray, isJsonObject, type Json, type JsonObject } from "@writ/core/base/json";
import { parseStrict } from "@writ/core/base/json-parse";

/** One file of `spec/vectors`, the test vectors that are part of the durable formats. */
export function vectors(name: string): JsonObject {
  return objectOf(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url)));
}

export function objectOf(json: string | Uint8Array): JsonObject {
  return asObject(parseStrict(json));
}

export function asObject(value: Json | undefined): JsonObject {
  if (!isJsonObject(value)) throw new TypeError("the vector holds no object here");
  return value;
}

export function asArray(value: Json | undefined): readonly Json[] {
  if (!isJsonArray(value)) throw new TypeError("the vector holds no array here");
  return value;
}

export function asObjects(value: Json | undefined): readonly JsonObject[] {
  return asArray(value).map(asObject);
}

export function asText(value: Json | undefined): string {
  if (typeof value !== "string") throw new TypeError("the vector holds no text here");
  return value;
}

export function asNumber(value: Json | undefined): number {
  if (typeof value !== "number") throw new TypeError("the vector holds no number here");
  return value;
}

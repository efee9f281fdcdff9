import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import type { Pointer } from "../plan/plan.ts";

/**
 * The schema of the value a pointer names inside a value of `schema`:
 * `"unknown"` where the schema does not say, `"absent"` where it rules the
 * place out.
 */
export function schemaAt(schema: Json, pointer: Pointer): JsonObject | "unknown" | "absent" {
  let here: Json = schema;
  for (const token of pointer) {
    if (!isJsonObject(here)) return here === false ? "absent" : "unknown";
    const next = stepInto(here, token);
    if (next === null) return "unknown";
    if (next === undefined) return "absent";
    here = next;
  }
  if (here === false) return "absent";
  return isJsonObject(here) ? here : "unknown";
}

const INDEX = /^(?:0|[1-9][0-9]*)$/;

/** The schema one level down; null where it is not said, undefined where there can be nothing. */
function stepInto(schema: JsonObject, token: string): Json | undefined {
  if ("$ref" in schema || "anyOf" in schema || "oneOf" in schema || "allOf" in schema) return null;
  const properties = schema["properties"];
  if (isJsonObject(properties) && Object.hasOwn(properties, token)) return properties[token];
  const types = typesOf(schema);
  if (types?.has("array") === true)
    return INDEX.test(token) ? itemAt(schema, Number(token)) : types.has("object") ? null : undefined;
  if (types !== null && !types.has("object")) return undefined;
  if ("patternProperties" in schema) return null;
  const additional = schema["additionalProperties"];
  if (additional === false) return undefined;
  return isJsonObject(additional) ? additional : null;
}

function itemAt(schema: JsonObject, index: number): Json | null {
  const first = schema["prefixItems"];
  return (isJsonArray(first) ? first[index] : undefined) ?? schema["items"] ?? null;
}

/** The JSON types a schema allows; null where it does not say. `integer` counts as `number` too. */
export function typesOf(schema: JsonObject): ReadonlySet<string> | null {
  const type = schema["type"];
  if (typeof type === "string") return new Set([type]);
  if (isJsonArray(type)) return new Set(type.filter((each) => typeof each === "string"));
  if (Object.hasOwn(schema, "const")) return new Set([typeOf(schema["const"] ?? null)]);
  const choices = schema["anyOf"] ?? schema["oneOf"];
  if (!isJsonArray(choices)) return null;
  const types = new Set<string>();
  for (const choice of choices) {
    const inner = isJsonObject(choice) ? typesOf(choice) : null;
    if (inner === null) return null;
    for (const each of inner) types.add(each);
  }
  return types;
}

/** Whether no value can be of both schemas, judged by type alone. */
export function typesDiffer(from: JsonObject, to: JsonObject): { readonly from: string; readonly to: string } | null {
  const a = typesOf(from);
  const b = typesOf(to);
  if (a === null || b === null) return null;
  const fits = [...a].some(
    (each) => b.has(each) || (each === "integer" && b.has("number")) || (each === "number" && b.has("integer")),
  );
  return fits ? null : { from: [...a].join(" or "), to: [...b].join(" or ") };
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  if (isJsonArray(value)) return "array";
  if (typeof value === "object") return "object";
  return typeof value === "number" && Number.isInteger(value) ? "integer" : typeof value;
}

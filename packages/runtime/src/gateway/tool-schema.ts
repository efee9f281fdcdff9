import { hasOnlyIntegers, InvariantError, isJsonObject, parseStrict, type Json, type JsonObject } from "@writ/core";
import * as z from "zod";

/** The schema of a tool that answers any JSON. */
export const anyJson: JsonObject = { $schema: "https://json-schema.org/draft/2020-12/schema" };

/**
 * JSON Schema 2020-12 of a Zod type.
 *
 * @throws InvariantError if the schema holds a number that is no integer: a declaration is hashed, and hashed documents have none
 */
export function toSchema(tool: string, type: z.ZodType, io: "input" | "output"): JsonObject {
  const schema = parseStrict(JSON.stringify(z.toJSONSchema(type, { target: "draft-2020-12", io })));
  if (!isJsonObject(schema)) throw new InvariantError("a schema is an object", { tool });
  if (!hasOnlyIntegers(schema)) throw new InvariantError("a tool's schema holds integers only", { tool });
  return schema;
}

/** @throws InvariantError if the type lets unknown parameters pass, at any depth */
export function toParamSchema(tool: string, type: z.ZodType): JsonObject {
  const schema = toSchema(tool, type, "input");
  if (schema["type"] !== "object") throw new InvariantError("parameters are a z.strictObject", { tool });
  refuseOpenObjects(tool, schema, "");
  return schema;
}

function refuseOpenObjects(tool: string, value: Json, at: string): void {
  if (typeof value !== "object" || value === null) return;
  if (isJsonObject(value) && isOpenObject(value)) {
    throw new InvariantError("parameters are a z.strictObject at every depth", { tool, at });
  }
  for (const [name, child] of Object.entries(value)) refuseOpenObjects(tool, child, `${at}/${name}`);
}

/** An object without `additionalProperties: false` that is not a declared map, a `z.record`. */
function isOpenObject(schema: JsonObject): boolean {
  return (
    schema["type"] === "object" && schema["additionalProperties"] !== false && schema["propertyNames"] === undefined
  );
}

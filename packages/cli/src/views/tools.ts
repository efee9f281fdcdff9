import type { JsonObject } from "@writ/core";

export interface ParameterRow {
  readonly name: string;
  readonly type: string;
  readonly presence: "required" | "optional";
  readonly says: string;
}

/** The parameters a schema declares at its top. */
export function parameterRows({ properties, required }: JsonObject): readonly ParameterRow[] {
  if (!isObject(properties)) return [];
  const needed = new Set(Array.isArray(required) ? required : []);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    type: typeOf(schema),
    presence: needed.has(name) && !hasDefault(schema) ? "required" : "optional",
    says: saysOf(schema),
  }));
}

function typeOf(schema: unknown): string {
  if (!isObject(schema)) return "any";
  const { type, anyOf, items } = schema;
  if (Array.isArray(schema["enum"])) return schema["enum"].map(String).join(" | ");
  if (type === "array") return `${typeOf(items)}[]`;
  if (typeof type === "string") return type;
  if (Array.isArray(type)) return type.join(" | ");
  return Array.isArray(anyOf) ? [...new Set(anyOf.map(typeOf))].join(" | ") : "any";
}

function hasDefault(schema: unknown): boolean {
  return isObject(schema) && schema["default"] !== undefined;
}

function saysOf(schema: unknown): string {
  if (!isObject(schema)) return "";
  const { description, default: otherwise } = schema;
  const parts = [
    typeof description === "string" ? description : null,
    otherwise === undefined ? null : `${JSON.stringify(otherwise)} when left out`,
  ];
  return parts.filter((part) => part !== null).join("; ");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

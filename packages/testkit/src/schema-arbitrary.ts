import { isJsonArray, isJsonObject, parseJson, type Json, type JsonObject } from "@writ/core";
import fc, { type Arbitrary } from "fast-check";

/** Values that a form would hardly come to by chance, such as ids of what is there; none where nothing is known. */
export type KnownValues = (name: string, schema: JsonObject) => readonly Json[];

const DEPTH = 4;

/** Values of a JSON Schema as OpenAPI documents of ours write them. */
export class SchemaArbitrary {
  readonly #document: JsonObject;
  readonly #known: KnownValues;

  constructor(document: JsonObject, known: KnownValues) {
    this.#document = document;
    this.#known = known;
  }

  /** Values that have the form. @param name of the member or parameter it is for */
  valid(schema: JsonObject, name = "", depth = 0): Arbitrary<Json> {
    const { $ref, enum: members, anyOf } = schema;
    if (typeof $ref === "string") return this.valid(this.#referred($ref), name, depth + 1);
    const known = this.#known(name, schema);
    const any = Array.isArray(anyOf) ? anyOf.filter(isJsonObject) : [];
    const own = isJsonArray(members)
      ? fc.constantFrom(...members)
      : any.length > 0
        ? this.#oneOf(any, name, depth)
        : this.#typed(schema, name, depth);
    return known.length === 0 ? own : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, own);
  }

  /** Values that miss it by little: a member too few or too many, one of another type, a bound passed. */
  mutant(schema: JsonObject, name = ""): Arbitrary<Json> {
    return fc.tuple(this.valid(schema, name), fc.nat(1_000), fc.constantFrom(...ODD)).map(([value, at, odd]) => {
      if (!isJsonObject(value)) return odd;
      const names = Object.keys(value);
      const chosen = names[at % Math.max(1, names.length)];
      if (chosen === undefined || at % 3 === 0) return { ...value, [`extra_${at}`]: odd };
      if (at % 3 === 1) return { ...value, [chosen]: odd };
      return Object.fromEntries(Object.entries(value).filter(([each]) => each !== chosen));
    });
  }

  #oneOf(schemas: readonly JsonObject[], name: string, depth: number): Arbitrary<Json> {
    const shallow = depth < DEPTH ? schemas : schemas.filter(({ type }) => type !== "array" && type !== "object");
    return fc.oneof(...shallow.map((schema) => this.valid(schema, name, depth + 1)));
  }

  #typed(schema: JsonObject, name: string, depth: number): Arbitrary<Json> {
    switch (schema["type"]) {
      case "string":
        return stringOf(schema);
      case "integer":
        return fc.integer({ min: numberIn(schema, "minimum", 1), max: numberIn(schema, "maximum", 1_000) });
      case "number":
        return fc.double({
          min: numberIn(schema, "minimum", -1_000),
          max: 1_000,
          noNaN: true,
          noDefaultInfinity: true,
        });
      case "boolean":
        return fc.boolean();
      case "null":
        return fc.constant(null);
      case "array":
        return this.#listOf(schema, name, depth);
      case "object":
        return this.#objectOf(schema, depth);
      default:
        return fc.json({ maxDepth: 2 }).map((text) => parseJson(text));
    }
  }

  #listOf({ items }: JsonObject, name: string, depth: number): Arbitrary<Json> {
    const item = isJsonObject(items) ? items : {};
    return fc.array(this.valid(item, name, depth + 1), { maxLength: 3 });
  }

  #objectOf({ properties, required, additionalProperties }: JsonObject, depth: number): Arbitrary<Json> {
    const needed = isJsonArray(required) ? required : [];
    const members = isJsonObject(properties) ? Object.entries(properties) : [];
    if (members.length === 0 && isJsonObject(additionalProperties))
      return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), this.valid(additionalProperties, "", depth + 1), {
        maxKeys: 3,
      });
    const parts = members.flatMap(([name, schema]) => {
      if (!isJsonObject(schema)) return [];
      const value = this.valid(schema, name, depth + 1);
      return [[name, needed.includes(name) ? value.map((one) => [one]) : fc.array(value, { maxLength: 1 })] as const];
    });
    return fc
      .record(Object.fromEntries(parts))
      .map((found) =>
        Object.fromEntries(Object.entries(found).flatMap(([name, [one]]) => (one === undefined ? [] : [[name, one]]))),
      );
  }

  #referred(reference: string): JsonObject {
    const steps = reference.replace(/^#\//, "").split("/");
    const found = steps.reduce<Json | undefined>(
      (at, step) => (isJsonObject(at) ? at[step] : undefined),
      this.#document,
    );
    if (!isJsonObject(found)) throw new TypeError(`nothing stands at ${reference}`);
    return found;
  }
}

const ODD: readonly Json[] = [null, -1, 1e15, 0.5, "", "x".repeat(21_000), [], {}, true, "\u202e", [[[]]], "__proto__"];

function stringOf(schema: JsonObject): Arbitrary<Json> {
  const { pattern } = schema;
  if (typeof pattern === "string") return fc.stringMatching(new RegExp(pattern));
  const maxLength = Math.min(numberIn(schema, "maxLength", 40), 40);
  return fc.string({ unit: "binary", minLength: numberIn(schema, "minLength", 0), maxLength });
}

function numberIn(schema: JsonObject, name: string, otherwise: number): number {
  const value = schema[name];
  return typeof value === "number" ? value : otherwise;
}

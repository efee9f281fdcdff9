import type { JsonObject } from "@writ/core";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const DOCUMENT = "openapi.json";

/** The schemas of an OpenAPI 3.1 document, by where they stand in it. */
export class DocumentForms {
  readonly #ajv = addFormats.default(new Ajv2020({ allErrors: true, strict: false }));
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: JsonObject) {
    this.#ajv.addSchema(document, DOCUMENT);
  }

  /**
   * Where a value does not have the form of the schema at a place.
   *
   * @param place names of members from the document's root, such as `components`, `schemas`, `Problem`
   */
  off(place: readonly string[], value: unknown): readonly string[] {
    const validate = this.#at(place);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      [instancePath, message ?? "is wrong", JSON.stringify(params)].join(" "),
    );
  }

  #at(place: readonly string[]): ValidateFunction {
    const pointer = place.map((name) => `/${encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"))}`);
    const $ref = `${DOCUMENT}#${pointer.join("")}`;
    const known = this.#compiled.get($ref) ?? this.#ajv.compile({ $ref });
    this.#compiled.set($ref, known);
    return known;
  }
}

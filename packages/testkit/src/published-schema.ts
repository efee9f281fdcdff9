import { readFileSync } from "node:fs";

import { parseStrict } from "@writ/core";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const FOLDER = new URL("../../../docs/schemas/", import.meta.url);
const ajv = addFormats.default(
  new Ajv2020({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true }),
);
const compiled = new Map<string, ValidateFunction>();

/** Where a value does not have the form that a file of `docs/schemas` publishes. @param name without `.json` */
export function offSchema(name: string, value: unknown): readonly string[] {
  const validate = compiled.get(name) ?? compile(name);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? "is wrong"}`);
}

function compile(name: string): ValidateFunction {
  const schema = parseStrict(readFileSync(new URL(`${name}.json`, FOLDER)));
  if (typeof schema !== "object" || schema === null) throw new TypeError(`${name} is no schema`);
  const validate = ajv.compile(schema);
  compiled.set(name, validate);
  return validate;
}

import {
  digestOf,
  toolDocument,
  type Hasher,
  type Json,
  type JsonObject,
  type SchemaProblem,
  type ToolRule,
  type ToolRules,
} from "@writ/core";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import type { Tool } from "../ports/tool.ts";

/** Declarations with their checks: schemas are compiled when a tool is first asked about. */
export function toolRules(hash: Hasher, tools: readonly Pick<Tool, "spec">[]): ToolRules {
  const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false });
  return new Map(tools.map((tool): readonly [string, ToolRule] => [tool.spec.name, toolRule(hash, ajv, tool)]));
}

function toolRule(hash: Hasher, ajv: Ajv2020, { spec }: Pick<Tool, "spec">): ToolRule {
  const args = lazily(ajv, spec.inputSchema);
  const output = lazily(ajv, spec.outputSchema);
  return {
    spec,
    hash: digestOf(hash, toolDocument(spec)),
    checkArgs: (value) => problems(args(), value),
    checkOutput: (value) => problems(output(), value),
  };
}

function lazily(ajv: Ajv2020, schema: JsonObject): () => ValidateFunction {
  let compiled: ValidateFunction | null = null;
  return () => (compiled ??= ajv.compile(schema));
}

function problems(validate: ValidateFunction, value: Json): readonly SchemaProblem[] {
  return validate(value) ? [] : (validate.errors ?? []).map(problem);
}

function problem(error: ErrorObject): SchemaProblem {
  const missing: unknown = error.params["missingProperty"];
  const extra: unknown = error.params["additionalProperty"];
  const name = typeof missing === "string" ? missing : typeof extra === "string" ? extra : null;
  const at =
    name === null ? error.instancePath : `${error.instancePath}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  if (typeof missing === "string") return { at, message: `${missing} is missing` };
  if (typeof extra === "string") return { at, message: `${extra} is not a parameter` };
  return {
    at,
    message: `${error.instancePath === "" ? "the value" : error.instancePath} ${error.message ?? "is not allowed"}`,
  };
}

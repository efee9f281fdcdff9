import {
  digestOf,
  toolDocument,
  type Digest,
  type Hasher,
  type Json,
  type JsonObject,
  type SchemaProblem,
  type ToolRule,
  type ToolRules,
} from "@writ/core";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import type { Tool } from "../ports/tool.ts";

/** `defined`: made from a type by `defineTool`, and thereby a schema. `read`: it says so itself, and is held against the meta-schema. */
type SchemaOrigin = "defined" | "read";

type Compile = (schema: JsonObject) => ValidateFunction;

/** Declarations with their checks: schemas are compiled when a tool is first asked about. */
export function toolRules(
  hash: Hasher,
  tools: readonly Pick<Tool, "spec">[],
  origin: SchemaOrigin = "defined",
): ToolRules {
  const compile = compiler(origin);
  return new Map(tools.map((tool): readonly [string, ToolRule] => [tool.spec.name, toolRule(hash, compile, tool)]));
}

/** Compiling the meta-schema takes longer than all else that a short command does, so only what needs it pays for it. */
function compiler(origin: SchemaOrigin): Compile {
  let ajv: Ajv2020 | null = null;
  const isRead = origin === "read";
  return (schema) => {
    ajv ??= new Ajv2020({
      allErrors: true,
      strict: false,
      validateFormats: false,
      validateSchema: isRead,
      meta: isRead,
    });
    return ajv.compile(schema);
  };
}

function toolRule(hash: Hasher, compile: Compile, { spec }: Pick<Tool, "spec">): ToolRule {
  const args = lazily(compile, spec.inputSchema);
  const output = lazily(compile, spec.outputSchema);
  let digest: Digest | null = null;
  return {
    spec,
    get hash() {
      return (digest ??= digestOf(hash, toolDocument(spec)));
    },
    checkArgs: (value) => problems(args(), value),
    checkOutput: (value) => problems(output(), value),
  };
}

function lazily(compile: Compile, schema: JsonObject): () => ValidateFunction {
  let compiled: ValidateFunction | null = null;
  return () => (compiled ??= compile(schema));
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

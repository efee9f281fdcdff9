import {
  APPROVAL_MODES,
  digestOf,
  durationMs,
  isJsonArray,
  isJsonObject,
  OrchestratorError,
  type Hasher,
  type JsonObject,
  type ToolRules,
  type ToolSpec,
} from "@writ/core";
import * as z from "zod";
import { toolRules } from "../gateway/tool-rules.ts";

const schema = z.custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value));

/** The pinned declaration of a tool. */
export const declaration = z.strictObject({
  type: z.literal("writ/tool/v1"),
  name: z.string(),
  version: z.string(),
  summary: z.string(),
  input_schema: schema,
  output_schema: schema,
  tier: z.enum(APPROVAL_MODES),
  idempotency: z.enum(["required", "supported", "none"]),
});

const traits = z.strictObject({
  alwaysApprove: z.boolean(),
  sandboxed: z.boolean(),
  probe: z.boolean(),
  timeout: z.int().nonnegative().transform(durationMs).nullable(),
  reversible: z.boolean(),
  effect: z.strictObject({ class: z.string(), target: z.string() }).nullable(),
  host: z.string().nullable(),
  maxIdentical: z.number().nullable(),
  writes: z.array(z.strictObject({ at: z.string(), as: z.enum(["path", "patch"]) })),
  tokens: z.number(),
  costMillicents: z.number().default(0),
  compensates: z.boolean().default(false),
  constraints: z.array(
    z.strictObject({
      at: z.string(),
      max: z.number().nullable(),
      oneOf: z.array(z.string()).nullable(),
      unlessApproved: z.boolean(),
    }),
  ),
});

const item = z.strictObject({ name: z.string(), document: z.string(), traits });

/**
 * Declarations with their checks, from a pinned catalogue and the documents it
 * names: what a replay far from the tools needs of them.
 *
 * @throws OrchestratorError `rules_unknown` for a document that is missing or of another form
 */
export function toolRulesOfDocuments(
  hash: Hasher,
  catalogue: JsonObject,
  documents: ReadonlyMap<string, JsonObject>,
): ToolRules {
  const specs = toolSpecsOfDocuments(catalogue, documents);
  return toolRules(
    hash,
    specs.map((spec) => ({ spec })),
    "read",
  );
}

/**
 * What is known of the tools of a catalogue before one of them runs.
 *
 * @throws OrchestratorError `rules_unknown` for a document that is missing or of another form
 */
export function toolSpecsOfDocuments(
  catalogue: JsonObject,
  documents: ReadonlyMap<string, JsonObject>,
): readonly ToolSpec[] {
  const tools = isJsonArray(catalogue["tools"]) ? catalogue["tools"] : [];
  return tools.map((each) => {
    const listed = item.safeParse(each);
    const declared = declaration.safeParse(listed.success ? documents.get(listed.data.document) : undefined);
    if (!listed.success || !declared.success) throw unknown(isJsonObject(each) ? String(each["name"]) : "");
    const { input_schema: inputSchema, output_schema: outputSchema, type: _, ...rest } = declared.data;
    return { ...rest, inputSchema, outputSchema, traits: listed.data.traits };
  });
}

/** Documents by the digest each has. */
export function documentsByDigest(hash: Hasher, documents: readonly JsonObject[]): ReadonlyMap<string, JsonObject> {
  return new Map(documents.map((document) => [digestOf(hash, document), document]));
}

function unknown(name: string): OrchestratorError {
  return new OrchestratorError(
    "rules_unknown",
    `the declaration of ${name} is not among the documents in a form this version reads; replay it where it ran: writ replay`,
  );
}

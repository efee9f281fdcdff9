import { isJsonArray, isJsonObject, type Json, type JsonObject, type ToolSpec } from "@writ/core";

const text: JsonObject = { type: "string" };
const texts: JsonObject = { type: "array", items: text };
const stepId: JsonObject = { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" };
const MOST_STEPS = 100;

const common: JsonObject = {
  id: stepId,
  depends_on: { type: "array", items: stepId },
  when: text,
  on_failure: { enum: ["stop", "continue"] },
  requires: texts,
  rationale: text,
};

/**
 * The JSON Schema a model's answer is asked to follow: a plan whose steps call
 * these tools and no other. It helps a model; it protects nobody, because an
 * endpoint may ignore it. The critic judges what comes back.
 */
export function planSchema(tools: readonly ToolSpec[]): JsonObject {
  return object(
    {
      intent: { type: "string", pattern: "^[a-z0-9_]+(\\.[a-z0-9_]+)+$" },
      steps: {
        type: "array",
        minItems: 1,
        maxItems: MOST_STEPS,
        items: { anyOf: [...tools.map(toolStep), checkStep, gateStep] },
      },
      decision_checkpoints: {
        type: "array",
        items: object({ decision_id: text, after_step: stepId }, ["decision_id", "after_step"]),
      },
    },
    ["intent", "steps", "decision_checkpoints"],
  );
}

const checkStep = object({ ...common, kind: { const: "check" }, that: text, message: text }, ["id", "kind", "that"]);
const gateStep = object({ ...common, kind: { const: "gate" }, message: text }, ["id", "kind"]);

function toolStep({ name, tier, inputSchema }: ToolSpec): JsonObject {
  return object(
    {
      ...common,
      tool: { const: name },
      approval_mode: { const: tier },
      params: paramsSchema(inputSchema),
      param_bindings: { type: "object", additionalProperties: text },
      produces_evidence: texts,
    },
    ["id", "tool", "approval_mode", "params"],
  );
}

/** A tool's own schema, except that a binding may fill what is required, and that a part that refers to other parts is left open. */
function paramsSchema(schema: JsonObject): JsonObject {
  const properties = schema["properties"];
  if (!isJsonObject(properties)) return { type: "object" };
  return object(
    Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, refers(inner) ? {} : inner])),
    [],
  );
}

function refers(schema: Json): boolean {
  if (isJsonArray(schema)) return schema.some(refers);
  return isJsonObject(schema) && (Object.hasOwn(schema, "$ref") || Object.values(schema).some(refers));
}

function object(properties: JsonObject, required: readonly string[]): JsonObject {
  return { type: "object", properties, required, additionalProperties: false };
}

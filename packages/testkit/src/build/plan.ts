import type { JsonObject } from "@writ/core";

/** A proposal that is valid by default. */
export function aPlan(steps: readonly JsonObject[], over: JsonObject = {}): JsonObject {
  return { intent: "test.work", decision_checkpoints: [], steps, ...over };
}

/** A plan as a model proposes it: one that may be replaced by another. */
export function aModelsPlan(steps: readonly JsonObject[], over: JsonObject = {}): JsonObject {
  return aPlan(steps, { planner: { kind: "model", ref: "test", version: "1", model_call_ids: [] }, ...over });
}

export function aStep(id: string, tool: string, over: JsonObject = {}): JsonObject {
  return { id, tool, ...over };
}

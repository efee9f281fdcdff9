import { digestOf, type Digest } from "../base/digest.ts";
import type { Hasher } from "../base/hash.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";

const OPTIONAL_PARTS = ["mode", "outputs", "max_transitions", "finally", "callees"] as const;
const STEP_DEFAULTS: JsonObject = {
  depends_on: [],
  occurrence: 0,
  param_bindings: {},
  params: {},
  produces_evidence: [],
  requires: [],
};

/**
 * The hash of what a plan does: two plans that differ only in who proposed
 * them, why, or how they are numbered have the same one.
 *
 * @param plan the wire form; unknown members of steps and checkpoints are hashed as they are
 * @see formats.md 5.1
 */
export function planHash(hash: Hasher, plan: JsonObject): Digest {
  return digestOf(hash, normalPlan(plan));
}

/** The form of the plan that is hashed. Steps keep their order: it decides dispatch. */
export function normalPlan(plan: JsonObject): JsonObject {
  const checkpoints = objectsOf(plan["decision_checkpoints"]).map(normalCheckpoint).sort(byKey);
  const parts = OPTIONAL_PARTS.filter((name) => plan[name] !== undefined && plan[name] !== null);
  return {
    type: "writ/plan/v1",
    intent: plan["intent"] ?? null,
    steps: objectsOf(plan["steps"]).map(normalStep),
    decision_checkpoints: checkpoints,
    ...Object.fromEntries(parts.map((name) => [name, plan[name] ?? null])),
  };
}

function normalStep(step: JsonObject): JsonObject {
  const full: Record<string, Json> = { ...STEP_DEFAULTS, ...without(step, "rationale") };
  for (const name of ["depends_on", "produces_evidence", "requires"]) full[name] = sortedSet(full[name]);
  return full;
}

function normalCheckpoint(checkpoint: JsonObject): JsonObject {
  const kept = without(checkpoint, "spec_version");
  const id = kept["decision_id"];
  return typeof id === "string" ? { ...kept, decision_id: id.replace(/^decision\./, "") } : kept;
}

/** Without null members and the named one. */
function without(object: JsonObject, dropped: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name, value]) => name !== dropped && value !== null));
}

function sortedSet(value: Json | undefined): Json {
  return isJsonArray(value) ? [...new Set(value)].sort((a, b) => (String(a) < String(b) ? -1 : 1)) : (value ?? []);
}

/** By `after_step`, then `decision_id`. */
function byKey(a: JsonObject, b: JsonObject): number {
  const [left, right] = [a, b].map((each) => `${String(each["after_step"])}\0${String(each["decision_id"])}`);
  return (left ?? "") < (right ?? "") ? -1 : 1;
}

function objectsOf(value: Json | undefined): readonly JsonObject[] {
  return isJsonArray(value) ? value.filter(isJsonObject) : [];
}

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

const SETS = ["depends_on", "produces_evidence", "requires"] as const;

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
  const { intent = null, steps, decision_checkpoints: checkpoints } = plan;
  const parts = OPTIONAL_PARTS.filter((name) => plan[name] !== undefined && plan[name] !== null);
  return {
    type: "writ/plan/v1",
    intent,
    steps: objectsOf(steps).map(normalStep),
    decision_checkpoints: objectsOf(checkpoints).map(normalCheckpoint).sort(byKey),
    ...Object.fromEntries(parts.map((name) => [name, plan[name] ?? null])),
  };
}

function normalStep(step: JsonObject): JsonObject {
  const full = { ...STEP_DEFAULTS, ...without(step, "rationale") };
  const sets = SETS.map((name) => [name, isJsonArray(full[name]) ? [...new Set(full[name])].sort(byText) : full[name]]);
  return { ...full, ...Object.fromEntries(sets) };
}

function normalCheckpoint(checkpoint: JsonObject): JsonObject {
  const { decision_id: id = null, ...rest } = without(checkpoint, "spec_version");
  return { ...rest, decision_id: typeof id === "string" ? id.replace(/^decision\./, "") : id };
}

/** Without null members and the named one. */
function without(object: JsonObject, dropped: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name, value]) => name !== dropped && value !== null));
}

function byText(a: Json, b: Json): number {
  return String(a) < String(b) ? -1 : 1;
}

/** By `after_step`, then `decision_id`. */
function byKey(a: JsonObject, b: JsonObject): number {
  const [left, right] = [a, b].map((each) => `${String(each["after_step"])}\0${String(each["decision_id"])}`);
  return byText(left ?? "", right ?? "");
}

function objectsOf(value: Json | undefined): readonly JsonObject[] {
  return isJsonArray(value) ? value.filter(isJsonObject) : [];
}

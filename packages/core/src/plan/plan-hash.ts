import { digestOf, type Digest } from "../base/digest.ts";
import type { Hasher } from "../base/hash.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";

const OPTIONAL_PARTS = ["mode", "outputs", "max_transitions", "finally", "callees"];

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
  const optional = Object.entries(plan).filter(([name, value]) => OPTIONAL_PARTS.includes(name) && value !== null);
  const decisions = objectsOf(checkpoints).map(normalCheckpoint).sort(byPlace);
  const parts = { intent, steps: objectsOf(steps).map(normalStep), decision_checkpoints: decisions };
  return { type: "writ/plan/v1", ...parts, ...Object.fromEntries(optional) };
}

function normalStep(step: JsonObject): JsonObject {
  const { depends_on: needs = [], produces_evidence: makes = [], requires = [], ...rest } = without(step, "rationale");
  const sets = { depends_on: sortedSet(needs), produces_evidence: sortedSet(makes), requires: sortedSet(requires) };
  return { occurrence: 0, param_bindings: {}, params: {}, ...rest, ...sets };
}

function normalCheckpoint(checkpoint: JsonObject): JsonObject {
  const { decision_id: id = null, ...rest } = without(checkpoint, "spec_version");
  return { ...rest, decision_id: typeof id === "string" ? id.replace(/^decision\./, "") : id };
}

/** Without null members and the named one. */
const without = (object: JsonObject, dropped: string): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([name, value]) => name !== dropped && value !== null));

const sortedSet = (value: Json): Json => (isJsonArray(value) ? [...new Set(value)].sort(byText) : value);

const byText = (a: Json, b: Json): number => (String(a) < String(b) ? -1 : 1);

const byPlace = (a: JsonObject, b: JsonObject): number => byText(placeOf(a), placeOf(b));

/** Checkpoints are sorted by `after_step`, then `decision_id`. */
const placeOf = ({ after_step: step = "", decision_id: id = "" }: JsonObject): string =>
  `${String(step)}\0${String(id)}`;

const objectsOf = (list: Json | undefined): readonly JsonObject[] =>
  isJsonArray(list) ? list.filter(isJsonObject) : [];

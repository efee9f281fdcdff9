import type { Hasher } from "../base/hash.ts";
import { canonicalJson, isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import { planHash } from "./plan-hash.ts";

export interface PlanIdentity {
  readonly planId: string;
  /** From 1; a replan counts on. */
  readonly planVersion: number;
  readonly supersedes: string | null;
}

/**
 * Fills in what a proposal leaves to Writ: identifiers, version, the number of
 * each deliberate repeat of an equal call, and the hash of it all.
 */
export function preparePlan(hash: Hasher, proposal: JsonObject, identity: PlanIdentity): JsonObject {
  const numbered: JsonObject = {
    ...proposal,
    steps: numberedSteps(proposal["steps"] ?? []),
    plan_id: identity.planId,
    plan_version: identity.planVersion,
    supersedes_plan_id: identity.supersedes,
  };
  const { plan_hash: _, ...hashed } = numbered;
  return { ...numbered, plan_hash: planHash(hash, hashed) };
}

/** Equal calls of one plan are told apart by their order, so that each is its own effect. */
function numberedSteps(steps: Json): Json {
  if (!isJsonArray(steps)) return steps;
  const seen = new Map<string, number>();
  return steps.map((step) => {
    if (!isJsonObject(step) || step["occurrence"] !== undefined || step["tool"] === undefined) return step;
    const call = canonicalJson({
      tool: step["tool"],
      params: step["params"] ?? {},
      param_bindings: step["param_bindings"] ?? {},
    });
    const occurrence = seen.get(call) ?? 0;
    seen.set(call, occurrence + 1);
    return occurrence === 0 ? step : { ...step, occurrence };
  });
}

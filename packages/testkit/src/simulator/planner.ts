import { isJsonObject, type Json, type JsonObject } from "@writ/core";
import { generatePlan, spoil, stepsOf } from "./generate-plan.ts";
import type { Random } from "./random.ts";
import type { Scenario } from "./scenario.ts";

export type Answer =
  | { readonly kind: "plan"; readonly plan: JsonObject }
  | { readonly kind: "failed"; readonly code: string };

/** A model as a run meets one: often right, sometimes repeating itself, going in circles, or talking nonsense. */
export class ScriptedPlanner {
  readonly #random: Random;
  readonly #scenario: Scenario;
  readonly #habit: "good" | "repeating" | "oscillating" | "erratic";
  readonly #given: JsonObject[] = [];

  constructor(random: Random, scenario: Scenario) {
    this.#random = random;
    this.#scenario = scenario;
    this.#habit = random.weighted({ good: 5, repeating: 1, oscillating: 1, erratic: 3 });
  }

  propose(version: number): Answer {
    const random = this.#random;
    if (this.#habit === "erratic" && random.chance(0.15))
      return { kind: "failed", code: random.pick(["planner_output_invalid", "planner_timeout"]) };
    const plan = this.#plan(version);
    this.#given.push(plan);
    return { kind: "plan", plan };
  }

  #plan(version: number): JsonObject {
    const random = this.#random;
    const before = this.#given.at(-1);
    const first = this.#given[0];
    if (before === undefined || first === undefined)
      return this.#habit === "erratic" && random.chance(0.4)
        ? spoil(random, this.#fresh(version))
        : this.#fresh(version);
    switch (this.#habit) {
      case "repeating":
        return random.chance(0.7) ? before : this.#fresh(version);
      case "oscillating":
        return this.#given.length % 2 === 0 ? first : this.#fresh(version);
      case "erratic":
        return random.chance(0.35) ? spoil(random, this.#fresh(version)) : this.#fresh(version);
      case "good":
        return random.chance(0.5)
          ? relisted(random, before, this.#fresh(version), `v${version}_`)
          : this.#fresh(version);
    }
  }

  /** Ids come back from plan to plan, as they do when a model mends its own text. */
  #fresh(version: number): JsonObject {
    return generatePlan(this.#random, this.#scenario.recipe, this.#random.chance(0.5) ? "s" : `p${version}_`);
  }
}

/** A new plan that lists old calls again under new names: what was done must not be done twice. */
function relisted(random: Random, before: JsonObject, fresh: JsonObject, prefix: string): JsonObject {
  const old = stepsOf(before).filter(
    (step) => isJsonObject(step) && step["tool"] !== undefined && step["param_bindings"] === undefined,
  );
  const again = old.flatMap((step, index) => (random.chance(0.6) ? [underNewName(step, `${prefix}${index}`)] : []));
  return { ...fresh, steps: [...again, ...stepsOf(fresh)] };
}

function underNewName(step: Json, id: string): Json {
  if (!isJsonObject(step)) return step;
  const { depends_on: _needs, when: _when, fallback_for: _subject, ...call } = step;
  return { occurrence: 0, ...call, id };
}

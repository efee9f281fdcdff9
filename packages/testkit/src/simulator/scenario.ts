import { ENTRY_LIMIT, type JsonObject, type Limits, type PolicyMode, type Rules, type RunSettings } from "@writ/core";
import { rulesFor } from "./catalogue.ts";
import { drawFaults, TEMPERS, type Faults, type Temper } from "./faults.ts";
import { generatePlan, recipeFor, spoil, type PlanRecipe } from "./generate-plan.ts";
import type { Random } from "./random.ts";

/** Everything that is decided before the first input. */
export interface Scenario {
  readonly rules: Rules;
  readonly settings: RunSettings;
  /** Null: a planner is asked. */
  readonly plan: JsonObject | null;
  readonly recipe: PlanRecipe;
  readonly inputs: JsonObject;
  readonly faults: Faults;
  readonly temper: Temper;
  readonly entryLimit: number;
}

export const STARTED_AT = 1_795_208_645_000;

export function drawScenario(random: Random): Scenario {
  const mode = random.pick<PolicyMode>(["constrained", "constrained", "autonomous", "autonomous", "review_required"]);
  const isPlanned = random.chance(0.5);
  const faults = drawFaults(random);
  const recipe = recipeFor(random, isPlanned ? "model" : "person", faults.broken);
  const plan = generatePlan(random, recipe, "s");
  const tightened = random.chance(0.1)
    ? { ...plan, budget: tightBudget(random), policy_mode: "review_required" }
    : plan;
  return {
    rules: rulesFor(mode, random.chance(0.02) ? [] : ["api.example"]),
    settings: drawSettings(random, mode, isPlanned),
    plan: isPlanned ? null : random.chance(0.03) ? spoil(random, plan) : tightened,
    recipe,
    inputs: { count: random.between(1, 3) },
    faults,
    temper: random.weighted(TEMPERS),
    entryLimit: random.chance(0.25) ? 7 : ENTRY_LIMIT,
  };
}

function tightBudget(random: Random): JsonObject {
  return { tool_calls: random.between(6, 12), tokens: random.between(20, 400), retries: random.below(3) };
}

function drawSettings(random: Random, mode: PolicyMode, isPlanned: boolean): RunSettings {
  return {
    tenant: "local",
    door: isPlanned ? "run" : "plan",
    mode,
    ceiling: random.chance(0.01) ? "local_write" : "destructive",
    intent: random.chance(0.01) ? "other.work" : random.chance(0.5) ? "simulated.work" : null,
    budget: drawBudget(random),
    width: random.pick([1, 2, 4, 4, 8]),
    approval_ttl_ms: random.pick([2_000, 60_000, 600_000, 86_400_000]),
    timeout_ms: 2_000,
    begin: !random.chance(0.08),
    on_fatal: random.chance(0.4) ? "fail" : "pause",
    deadline_at_ms: random.chance(0.1) ? STARTED_AT + random.below(30_000) : null,
    ttl_ms: random.chance(0.1) ? random.between(500, 60_000) : null,
  };
}

function drawBudget(random: Random): Limits {
  const isTight = random.chance(0.35);
  return {
    steps: isTight ? random.between(10, 26) : 60,
    tool_calls: isTight ? random.between(5, 14) : 100,
    tokens: isTight ? random.between(10, 400) : 50_000,
    cost_millicents: 50_000,
    wall_clock_ms: isTight ? random.between(2_000, 30_000) : 600_000,
    replans: random.between(0, 4),
    retries: random.between(0, 8),
    retries_per_step: random.between(0, 3),
  };
}

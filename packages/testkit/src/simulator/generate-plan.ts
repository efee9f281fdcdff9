import { isJsonArray, isJsonObject, type Json, type JsonObject } from "@writ/core";
import { TOOLS, toolNamed, type SimulatedTool } from "./catalogue.ts";
import type { Random } from "./random.ts";

/** What a random plan may hold. */
export interface PlanRecipe {
  readonly planner: "person" | "model";
  readonly steps: number;
  /** Tools by how far they reach; the furthest tier is seldom in a plan of many steps. */
  readonly tools: readonly SimulatedTool[];
  /** Chance of a step with the same call as one before it. */
  readonly twins: number;
  /** Chance of a step with a gate of two people. */
  readonly pairs: number;
}

export const TARGETS = ["north", "south", "east", "west"];

interface Drafted {
  readonly id: string;
  readonly kind: "tool" | "gate" | "check" | "value";
  readonly document: JsonObject;
}

/** A random plan that a critic should accept; most of its ways through are never taken by a plan written by hand. */
export function generatePlan(random: Random, recipe: PlanRecipe, prefix: string): JsonObject {
  const steps: Drafted[] = [];
  for (let index = 0; index < recipe.steps; index += 1)
    steps.push(draftStep(random, recipe, steps, `${prefix}${index + 1}`));
  if (random.chance(0.05)) steps.push(...insisting(random, prefix));
  return {
    intent: "simulated.work",
    decision_checkpoints: [],
    planner: { kind: recipe.planner, ref: "simulator", version: "1", model_call_ids: [] },
    steps: steps.map((each) => each.document),
  };
}

/** @param broken a tool without use, which a stubborn plan is made of */
export function recipeFor(random: Random, planner: PlanRecipe["planner"], broken: string | null): PlanRecipe {
  const reach = random.weighted({ near: 4, sent: 3, far: 3, reversible: 2 });
  const tools = TOOLS.filter(({ tier, name, undo }) => {
    if (broken !== null) return name === broken;
    if (reach === "reversible") return undo !== null;
    if (reach === "near") return tier === "read_only" || tier === "local_write";
    return reach === "far" || tier !== "destructive";
  });
  return {
    planner,
    steps: random.chance(0.1) ? random.between(12, 24) : random.between(3, 12),
    tools,
    twins: random.chance(0.5) ? 0.15 : 0,
    pairs: random.chance(0.3) ? 0.5 : 0.05,
  };
}

/** The same question again and again, one after the other: a loop guard must see it. */
function insisting(random: Random, prefix: string): readonly Drafted[] {
  const target = random.pick(TARGETS);
  return Array.from({ length: 5 }, (_, index): Drafted => {
    const id = `${prefix}again${index}`;
    const after = index === 0 ? [] : [`${prefix}again${index - 1}`];
    return { id, kind: "tool", document: { id, tool: "look.read", params: { target }, depends_on: after } };
  });
}

function draftStep(random: Random, recipe: PlanRecipe, before: readonly Drafted[], id: string): Drafted {
  const twin = random.chance(recipe.twins) ? twinOf(random, before, id) : null;
  if (twin !== null) return twin;
  const kind = random.weighted({ tool: 16, gate: 1, check: 1, value: 2 });
  const subject = random.chance(0.15) ? fallbackSubject(random, before) : null;
  // A stand-in that waits for what waits for its subject is a circle: rare, so that most plans are accepted.
  const earlier = subject === null || random.chance(0.05) ? before : [];
  const common = commonOf(random, earlier, id, subject);
  switch (kind) {
    case "tool":
      return { id, kind, document: { ...common, ...toolPart(random, recipe, earlier) } };
    case "gate":
      return {
        id,
        kind,
        document: { ...common, kind, message: `go on with ${id}?`, requires: gatesOf(random, recipe.pairs) },
      };
    case "check":
      return { id, kind, document: { ...common, kind, that: condition(random, earlier) ?? "inputs.count >= 1" } };
    case "value":
      return {
        id,
        kind,
        document: { ...common, kind, set: { n: condition(random, earlier) ?? "inputs.count", ok: "true" } },
      };
  }
}

function commonOf(random: Random, before: readonly Drafted[], id: string, subject: string | null): JsonObject {
  const needs = before.filter(() => random.chance(before.length > 6 ? 0.15 : 0.35)).map((each) => each.id);
  const when = random.chance(0.15) ? condition(random, before) : null;
  return {
    id,
    ...(needs.length === 0 ? {} : { depends_on: needs.filter((need) => need !== subject) }),
    ...(when === null ? {} : { when }),
    ...(subject === null ? {} : { fallback_for: subject }),
    ...(random.chance(0.35) ? { on_failure: "continue" } : {}),
  };
}

/** A step that nothing stands in for yet. */
function fallbackSubject(random: Random, before: readonly Drafted[]): string | null {
  const taken = new Set(before.map((each) => each.document["fallback_for"]));
  const free = before.filter((each) => !taken.has(each.id));
  return free.length === 0 ? null : random.pick(free).id;
}

function toolPart(random: Random, recipe: PlanRecipe, before: readonly Drafted[]): JsonObject {
  const tool = random.pick(recipe.tools);
  const source = random.chance(0.35) ? sourceOf(random, before) : null;
  const gates = tool.tier === "destructive" || random.chance(0.08) ? gatesOf(random, recipe.pairs) : [];
  const bound = random.chance(0.1) ? { "/amount": "inputs./count" } : {};
  const bindings = { ...bound, ...(source === null ? {} : { "/from": `${source}./id` }) };
  const reach = toolNamed(tool.name)?.tier ?? "destructive";
  return {
    tool: tool.name,
    params: { target: random.pick(TARGETS), ...(random.chance(0.7) ? { amount: random.below(3) } : {}) },
    ...(Object.keys(bindings).length === 0 ? {} : { param_bindings: bindings }),
    ...(reach === "read_only" || reach === "local_write" ? {} : { approval_mode: reach }),
    ...(gates.length === 0 ? {} : { requires: gates }),
    ...(random.chance(0.2) ? { retry: { max_attempts: random.between(1, 4), backoff_ms: random.below(500) } } : {}),
    ...(random.chance(0.15) ? { produces_evidence: [`seen.${tool.name}`] } : {}),
    ...(random.chance(0.1) ? { timeout_ms: 500 } : {}),
  };
}

function gatesOf(random: Random, pairs: number): readonly string[] {
  return [random.chance(pairs) ? "GATE_PAIR" : "GATE_OPERATOR"];
}

function sourceOf(random: Random, before: readonly Drafted[]): string | null {
  const tools = before.filter((each) => each.kind === "tool");
  return tools.length === 0 ? null : random.pick(tools).id;
}

/** The same call under another name: one of the two must be answered by the other. */
function twinOf(random: Random, before: readonly Drafted[], id: string): Drafted | null {
  const tools = before.filter((each) => each.kind === "tool" && each.document["param_bindings"] === undefined);
  if (tools.length === 0) return null;
  const { depends_on: _needs, when: _when, fallback_for: _subject, ...call } = random.pick(tools).document;
  return { id, kind: "tool", document: { ...call, id, occurrence: 0 } };
}

function condition(random: Random, before: readonly Drafted[]): string | null {
  const tool = sourceOf(random, before);
  if (tool === null) return null;
  return random.pick([
    `steps.${tool}.ok`,
    `steps.${tool}.ok == true`,
    `steps.${tool}.n > 3`,
    `not steps.${tool}.ok`,
    `has(steps.${tool}.n) and steps.${tool}.n >= 0`,
    `default(steps.${tool}.n, 0) < 7`,
    `inputs.count == 2 or len(steps.${tool}.items) > 0`,
  ]);
}

/** The same plan with one thing wrong that a critic must see. */
export function spoil(random: Random, plan: JsonObject): JsonObject {
  const [first, ...rest] = stepsOf(plan);
  const spoiled = (step: JsonObject): Json => ({ ...plan, steps: [step, ...rest] });
  const base = isJsonObject(first) ? first : {};
  const bad: readonly Json[] = [
    spoiled({ ...base, depends_on: ["nobody"] }),
    spoiled({ ...base, id: "a.b" }),
    spoiled({ ...base, when: "steps.." }),
    spoiled({ id: "self", tool: "look.read", params: { target: "north" }, depends_on: ["self"] }),
    spoiled({ id: "unknown", tool: "look.nowhere", params: { target: "north" } }),
    spoiled({ id: "bare", tool: "pay.send", params: { target: "north" }, approval_mode: "destructive" }),
    spoiled({ id: "shy", tool: "net.post", params: { target: "north" }, approval_mode: "local_write" }),
    spoiled({ id: "off", tool: "look.read", params: { target: 7 } }),
    spoiled({ id: "gateless", tool: "look.read", params: { target: "north" }, requires: ["GATE_NOBODY"] }),
    { ...plan, steps: [] },
    { ...plan, policy_mode: "autonomous", budget: { tokens: 999_999_999 } },
  ];
  const picked = random.pick(bad);
  return isJsonObject(picked) ? picked : plan;
}

export function stepsOf(plan: JsonObject): readonly Json[] {
  const steps = plan["steps"];
  return isJsonArray(steps) ? steps : [];
}

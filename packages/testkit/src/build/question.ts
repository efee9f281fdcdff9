import {
  DEFAULT_LIMITS,
  DEFAULT_POLICY,
  epochMs,
  isJsonObject,
  lowerPlan,
  planDocument,
  type Json,
  type JsonObject,
  type Policy,
  type Question,
} from "@writ/core";
import { testHasher } from "./hasher.ts";
import { aToolRule, aToolSpec } from "./rules.ts";
import { prepare } from "./run.ts";

const closed = (properties: JsonObject): JsonObject => ({ type: "object", properties, additionalProperties: false });

/** Knows the names of parameters and nothing else of a schema. */
function unknownNames({ properties = {} }: JsonObject) {
  return (args: Json) =>
    Object.keys(isJsonObject(args) ? args : {})
      .filter((name) => !isJsonObject(properties) || !Object.hasOwn(properties, name))
      .map((name) => ({ at: `/${name}`, message: `${name} is not known` }));
}

const READING = closed({ n: { type: "integer" }, text: { type: "string" } });
const REFUND = { class: "refund", target: "/order" };
const AMOUNT = { at: "/amount", max: 50, oneOf: null, unlessApproved: true };

/** A tool of each tier, two of which can refund. */
const TOOLS = new Map(
  [
    aToolSpec("docs.read", "read_only", { inputSchema: READING, outputSchema: READING }),
    aToolSpec("docs.write", "local_write", { traits: { reversible: true } }),
    aToolSpec("docs.restore", "local_write", { traits: { compensates: true } }),
    aToolSpec("net.post", "network", { traits: { host: "/url" } }),
    aToolSpec("pay.credit", "read_only", { traits: { effect: REFUND } }),
    aToolSpec("pay.refund", "destructive", { traits: { effect: REFUND, constraints: [AMOUNT] } }),
  ].map((spec) => [
    spec.name,
    aToolRule(testHasher, spec, spec.inputSchema === READING ? { args: unknownNames(READING) } : {}),
  ]),
);

export interface QuestionOver extends Partial<Omit<Question, "plan" | "policy">> {
  readonly policy?: Partial<Policy>;
}

/** Whether a plan may run, asked of a fresh run in constrained mode; say what the test is about. */
export function aQuestion(plan: JsonObject, { policy = {}, ...over }: QuestionOver = {}): Question {
  const prepared = prepare(plan, 1);
  return {
    plan: lowerPlan(planDocument.parse(prepared), String(prepared["plan_hash"])).plan,
    tools: TOOLS,
    policy: { ...DEFAULT_POLICY, hosts: ["api.example"], ...policy },
    mode: "constrained",
    ceiling: "destructive",
    limits: DEFAULT_LIMITS,
    remaining: DEFAULT_LIMITS,
    intent: null,
    inputs: new Set(),
    settled: new Map(),
    evidence: new Set(),
    door: "run",
    refusedPlans: new Set(),
    at: epochMs(1),
    ...over,
  };
}

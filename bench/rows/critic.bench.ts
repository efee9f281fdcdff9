/** What a plan costs before anything runs, and what deciding one input costs once it does. */
import { systemClock } from "@writ/adapters/system/clock";
import { nodeHasher } from "@writ/adapters/system/sha256";
import {
  DEFAULT_POLICY,
  EntryReader,
  EntrySealer,
  initialState,
  intake,
  InvariantError,
  parseStrict,
  preparePlan,
  react,
  verifyPlan,
  type Plan,
} from "@writ/core";
import { toolRules } from "@writ/runtime";

import { idleTool, WIDE_LIMITS } from "../bench-engine.ts";
import { chainPlan } from "../chain-plan.ts";
import { row } from "../harness.ts";
import { recordedRun } from "../recorded-run.ts";

const STEPS = 10_000;
const SHORT = 10;
/** Inputs that are decided before the clock starts, and while it runs, at either length. */
const INPUTS = 9_000;

const identity = { planId: "plan_bench", planVersion: 1, supersedes: null };
const text = JSON.stringify(preparePlan(nodeHasher, chainPlan(STEPS), identity));
const tools = toolRules(nodeHasher, [idleTool()]);

function planOf(json: string): Plan {
  const read = intake(nodeHasher, parseStrict(json));
  if (!read.ok || read.value.problems.length > 0) throw new InvariantError("the plan of the bench is no plan");
  return read.value.plan;
}

row({
  name: "critic: intake of a plan of 10,000 steps (parse, schema, canonical hash)",
  unit: "ms",
  compare: "le",
  target: 250,
  scaledBy: "start",
  measure: () => cpuMs(() => planOf(text)),
});

row({
  name: "critic: verify (V1 to V15) a plan of 10,000 steps",
  unit: "ms",
  compare: "le",
  target: 50,
  scaledBy: "start",
  measure: () => {
    const plan = planOf(text);
    return cpuMs(() => {
      const question = {
        plan,
        tools,
        policy: DEFAULT_POLICY,
        mode: DEFAULT_POLICY.mode,
        ceiling: "destructive",
        limits: WIDE_LIMITS,
        remaining: WIDE_LIMITS,
        intent: null,
        inputs: new Set<string>(),
        settled: new Map(),
        evidence: new Set<string>(),
        door: "run",
        refusedPlans: new Set<string>(),
        at: systemClock.now(),
      } as const;
      const { verdict } = verifyPlan(nodeHasher, question);
      if (verdict !== "ok") throw new InvariantError("the plan of the bench is refused");
    });
  },
});

row({
  name: "critic: deciding one input, plan of 10,000 steps against plans of 10",
  unit: "µs",
  compare: "le",
  target: 1.5,
  limit: () => usPerInput(SHORT),
  measure: () => usPerInput(STEPS),
});

function cpuMs(act: () => void): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The first input brings the plan and is as long as it is; those after it are measured. */
async function usPerInput(steps: number): Promise<number> {
  const { run, stored, rules } = await recordedRun(steps);
  const salt = new Uint8Array(32);
  let inputs = 0;
  let spentMs = 0;
  while (inputs < INPUTS) {
    const reader = new EntryReader(rules.hash);
    const entries = stored.map((each) => reader.read(each));
    const state = initialState(run, rules);
    const seal = new EntrySealer(rules.hash, () => salt);
    const [first, ...rest] = entries.map(({ at, actor, input }) => ({ at, actor, input, seal }));
    if (first !== undefined) react(state, first);
    const took = cpuMs(() => {
      for (const arrival of rest) react(state, arrival);
    });
    spentMs += took;
    inputs += rest.length;
  }
  return (spentMs * 1_000) / inputs;
}

import {
  authorize,
  beginEntry,
  digestOf,
  epochMs,
  evolve,
  gateCall,
  initialState,
  isTainted,
  located,
  policyDocument,
  stricterMode,
  type Authorization,
  type JournalEvent,
  type JsonObject,
  type Policy,
  type RunState,
} from "@writ/core";
import type { History } from "./history.ts";

/** One call about which two policies were asked. */
export interface PolicyAnswer {
  /** Position of the fact that followed from the recorded answer, from 1. */
  readonly fact: number;
  /** The step's path; `*` for the plan as a whole. */
  readonly step: string;
  readonly recorded: Authorization;
  readonly derived: Authorization;
}

/** What another policy would have answered to every call of a run. */
export interface PolicyComparison {
  readonly facts: number;
  readonly answers: readonly PolicyAnswer[];
  /** Those of `answers` whose effect is another one, in order. */
  readonly different: readonly PolicyAnswer[];
}

const PLAN_RUNS: Authorization = { effect: "permit", rules: ["policy.plan"] };
const PLAN_ASKS: Authorization = { effect: "gate", rules: ["policy.review_required.plan"] };

/** Folds the recorded facts and asks both policies wherever a call was allowed or put to somebody. Calls nothing. */
export function compareWithPolicy({ entries, state: { run, rules } }: History, other: Policy): PolicyComparison {
  const state = initialState(run, rules);
  const answers = new Map<string, PolicyAnswer>();
  let facts = 0;
  for (const entry of entries) {
    beginEntry(state, entry.at, entry.actor);
    for (const fact of entry.facts) {
      facts += 1;
      const answer = asked(state, fact, other, facts, entry.at);
      if (answer !== null && !answers.has(answer.step)) answers.set(answer.step, answer);
      evolve(state, fact);
    }
  }
  const all = [...answers.values()];
  return { facts, answers: all, different: all.filter(({ recorded, derived }) => recorded.effect !== derived.effect) };
}

function asked(state: RunState, fact: JournalEvent, other: Policy, position: number, at: number): PolicyAnswer | null {
  const mode = state.settings?.mode;
  if (mode === undefined) return null;
  if (fact.type === "plan_verified") {
    const answer = (of: Policy["mode"]): Authorization => (of === "review_required" ? PLAN_ASKS : PLAN_RUNS);
    return { fact: position, step: "*", recorded: answer(mode), derived: answer(other.mode) };
  }
  if (fact.type !== "gate_wanted" && fact.type !== "step_started") return null;
  const { plan } = state;
  const step = located(state, fact.step)?.step;
  const args = fact.type === "step_started" ? argsOf(fact) : (gateCall(state, fact.step)?.args ?? null);
  if (plan === null || step?.kind !== "tool" || args === null) return null;
  const ask = (policy: Policy, asking: Policy["mode"]): Authorization =>
    authorize(policy, {
      spec: state.rules.tools.get(step.tool)?.spec ?? null,
      tool: step.tool,
      args,
      mode: stricterMode(asking, plan.document.policy_mode ?? asking),
      gates: step.gates,
      tainted: isTainted(plan, step),
      at: epochMs(at),
    });
  return { fact: position, step: fact.step, recorded: ask(state.rules.policy, mode), derived: ask(other, other.mode) };
}

function argsOf({ args }: Extract<JournalEvent, { type: "step_started" }>): JsonObject | null {
  return args.isErased ? null : args.object();
}

/** What another policy says of a run that is over, as programs see it. */
export function replayUnder(history: History, other: Policy) {
  const { hash, policy: pinned } = history.state.rules;
  const recorded: Policy = { ...pinned, mode: history.state.settings?.mode ?? pinned.mode };
  const found = compareWithPolicy(history, other);
  const document = {
    facts: found.facts,
    asked: found.answers.length,
    recorded_policy: digestOf(hash, policyDocument(recorded)),
    policy: digestOf(hash, policyDocument(other)),
    different: found.different.map(answerDocument),
  };
  return { found, document };
}

function answerDocument({ derived, fact, recorded, step }: PolicyAnswer) {
  return {
    fact,
    step,
    recorded: { effect: recorded.effect, rules: recorded.rules },
    derived: { effect: derived.effect, rules: derived.rules },
  };
}

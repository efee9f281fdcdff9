import type { Problem } from "../base/error.ts";
import { isJsonObject, type Json } from "../base/json.ts";
import type { Payload } from "../base/payload.ts";
import { epochMs } from "../base/time.ts";
import { REFUSALS_OF_ONE_PLAN, tripOnCycle, tripped, type LoopTrip } from "../budget/loop-guard.ts";
import { remaining } from "../budget/budget.ts";
import { consequence, type Consequence } from "../critic/finding.ts";
import { verifyPlan, type PlanVerdict } from "../critic/verify-plan.ts";
import type { JournalEvent } from "./event.ts";
import { readPlan } from "./intake.ts";
import type { RunInput, StartInput, Usage } from "./input.ts";
import { ROOT } from "./paths.ts";
import type { Arrival } from "./arrival.ts";
import { progressOf } from "./progress.ts";
import type { Reason } from "./reason.ts";
import { settledSteps } from "./settled-steps.ts";
import { inputsOf, settingsOf, type RunState } from "./state.ts";

/** More are counted. */
const MOST_FINDINGS = 1_000;
const FREE: Usage = { tokens: 0, cost_millicents: 0, wall_clock_ms: 0 };

/** A run begins: with the plan it was given, or by asking for one. */
export function decideStart(state: RunState, arrival: Arrival, input: StartInput): readonly JournalEvent[] {
  const { tenant, budget, ...settings } = input.settings;
  const started: JournalEvent = {
    type: "run_started",
    tenant,
    pins: input.pins,
    budget,
    settings,
    goal: input.goal,
    key_secret: input.key_secret,
    inputs: input.inputs,
  };
  if (input.plan === null)
    return [started, { type: "plan_requested", plan_version: 1, reason: null, final: budget.replans === 0 }];
  const asked = { ...state, settings: input.settings, limits: budget, inputs: input.inputs };
  const judged = judgeProposal(asked, arrival, { plan_version: 1, plan: input.plan, usage: FREE });
  return judged.accepted
    ? [started, ...judged.facts]
    : [started, ...judged.facts, closing("failed", { code: "plan_refused" })];
}

export function decidePlanProposed(
  state: RunState,
  arrival: Arrival,
  input: Extract<RunInput, { type: "plan_proposed" }>,
): readonly JournalEvent[] {
  if (state.status !== "planning" || state.closing !== null || input.plan_version !== state.planVersion) return [];
  const judged = judgeProposal(state, arrival, input);
  if (judged.accepted) return judged.facts;
  const verdict = judged.verdict === "replan" && !canRepair(input.plan) ? "reject" : judged.verdict;
  return [...judged.facts, ...afterRefusal(state, verdict, judged.plan)];
}

/** A template has one plan for a goal: asked again it would propose the same. */
function canRepair(plan: Payload): boolean {
  const value = plan.json();
  const planner = isJsonObject(value) ? value["planner"] : undefined;
  return !isJsonObject(planner) || planner["kind"] !== "template";
}

/** The planner gave no plan at all: charged like a refused one. */
export function decidePlanFailed(
  state: RunState,
  input: Extract<RunInput, { type: "plan_failed" }>,
): readonly JournalEvent[] {
  if (state.status !== "planning" || state.closing !== null || input.plan_version !== state.planVersion) return [];
  const mayRepair = input.code === "planner_output_invalid";
  const rejected: JournalEvent = {
    type: "plan_rejected",
    plan_version: input.plan_version,
    verdict: mayRepair ? "replan" : "reject",
    codes: [input.code],
    plan: null,
    findings: input.error,
    usage: input.usage,
  };
  return [rejected, ...afterRefusal(state, mayRepair ? "replan" : "reject")];
}

interface Offer {
  readonly plan_version: number;
  readonly plan: Payload;
  readonly usage: Usage;
}

type Judged =
  | { readonly accepted: true; readonly facts: readonly JournalEvent[] }
  | {
      readonly accepted: false;
      readonly verdict: Consequence;
      /** Its hash, where it could be read. */
      readonly plan: string | null;
      readonly facts: readonly JournalEvent[];
    };

function judgeProposal(state: RunState, arrival: Arrival, offer: Offer): Judged {
  const read = readPlan(state.rules.hash, offer.plan);
  if (!read.ok) return refused(arrival, offer, read.error, "replan");
  const { plan, problems } = read.value;
  if (problems.length > 0) return refused(arrival, offer, problems, "replan");
  const verdict = verify(state, arrival, plan);
  if (verdict.verdict !== "ok")
    return refused(arrival, offer, verdict.findings, consequence(verdict.findings) ?? "replan", plan.hash);
  return {
    accepted: true,
    facts: [
      {
        type: "plan_proposed",
        plan_id: plan.id,
        plan_version: offer.plan_version,
        plan: offer.plan,
        usage: offer.usage,
      },
      {
        type: "plan_verified",
        plan_id: plan.id,
        plan_commit: offer.plan.commit,
        steps: plan.block.steps.length,
      },
    ],
  };
}

function verify(state: RunState, arrival: Arrival, plan: Parameters<typeof verifyPlan>[1]["plan"]): PlanVerdict {
  const settings = settingsOf(state);
  return verifyPlan(state.rules.hash, {
    plan,
    tools: state.rules.tools,
    policy: state.rules.policy,
    mode: settings.mode,
    ceiling: settings.ceiling,
    limits: state.limits,
    remaining: remaining(state.limits, state.used, state.reserved),
    door: settings.door,
    intent: settings.intent,
    inputs: new Set(Object.keys(inputsOf(state))),
    settled: settledSteps(state.scopes.get(ROOT), state.steps),
    evidence: state.tally.evidence,
    refusedPlans: state.refusedPlans,
    at: epochMs(arrival.at),
  });
}

function refused(
  arrival: Arrival,
  offer: Offer,
  problems: readonly Problem[],
  verdict: Consequence,
  plan: string | null = null,
): Judged {
  return {
    accepted: false,
    verdict,
    plan,
    facts: [
      {
        type: "plan_rejected",
        plan_version: offer.plan_version,
        verdict,
        codes: [...new Set(problems.map((each) => each.code))],
        plan: offer.plan,
        findings: arrival.seal.json(told(problems)),
        usage: offer.usage,
      },
    ],
  };
}

/** Findings as they are kept: a plan that is wrong everywhere must not be too large to refuse. */
function told(problems: readonly Problem[]): readonly Json[] {
  const more = problems.length - MOST_FINDINGS;
  const first = problems.slice(0, MOST_FINDINGS).map(problemJson);
  return more <= 0 ? first : [...first, problemJson({ code: "plan_malformed", message: `${more} more findings` })];
}

function problemJson(problem: Problem): Json {
  const { file, line, column, step, field } = problem.place ?? {};
  return {
    code: problem.code,
    message: problem.message,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(step === undefined ? {} : { step }),
    ...(field === undefined ? {} : { field }),
    ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }),
  };
}

/** One repair before the first plan, then as many as replans last. A plan that was refused before is a loop, whatever is left. */
function afterRefusal(state: RunState, verdict: Consequence, plan: string | null = null): readonly JournalEvent[] {
  const asked = state.replans + 1;
  const isFirst = state.plan === null;
  const allowed = isFirst ? Math.min(1, state.limits.replans) : state.limits.replans;
  if (verdict === "replan" && asked <= allowed) {
    const final = asked >= state.limits.replans;
    return [{ type: "plan_requested", plan_version: state.planVersion + 1, reason: { code: "plan_refused" }, final }];
  }
  if (verdict === "reject") return [closing("failed", { code: "plan_refused" })];
  if (verdict === "replan") return [closing("failed", { code: "replan_budget_exhausted" })];
  const last = [...state.refusedPlans].at(-1);
  const trip = tripped(plan === last ? "plan_repeat" : "plan_oscillation", REFUSALS_OF_ONE_PLAN, REFUSALS_OF_ONE_PLAN);
  const end = isFirst ? closing("failed", { code: "replan_budget_exhausted" }) : closing("escalated", looped(trip));
  return [loopVerdict(trip), end];
}

function closing(outcome: "failed" | "escalated", reason: Reason): JournalEvent {
  return { type: "run_closing", outcome, reason, forced: false };
}

function looped(trip: LoopTrip): Reason {
  return { code: "loop_detected", trip };
}

/** The critic's word on a run that goes in circles. */
function loopVerdict(trip: LoopTrip): JournalEvent {
  return {
    type: "verdict_rendered",
    scope: "run",
    step: null,
    attempt: 0,
    verdict: "escalate",
    outcome: "held",
    scores: {},
    reason: looped(trip),
    retry_at_ms: null,
  };
}

/** After the running calls are over: the gates are void, and the planner is asked again. */
export function askPlanner(state: RunState): readonly JournalEvent[] {
  const trip = tripOnCycle(state.cycles, state.progress, progressOf(state));
  if (trip !== null) return [loopVerdict(trip), closing("escalated", looped(trip))];
  const final = state.replans + 1 >= state.limits.replans;
  return [{ type: "plan_requested", plan_version: state.planVersion + 1, reason: state.draining, final }];
}

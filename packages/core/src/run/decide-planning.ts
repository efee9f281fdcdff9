import type { Problem } from "../base/error.ts";
import { isJsonObject, type Json } from "../base/json.ts";
import type { Payload } from "../base/payload.ts";
import { epochMs } from "../base/time.ts";
import { CYCLES_WITHOUT_PROGRESS } from "../budget/loop-guard.ts";
import { remaining } from "../budget/budget.ts";
import { consequence, type Consequence } from "../critic/finding.ts";
import { verifyPlan, type PlanVerdict } from "../critic/verify-plan.ts";
import type { JournalEvent } from "./event.ts";
import { readPlan } from "./intake.ts";
import type { RunInput, StartInput, Usage } from "./input.ts";
import { ROOT } from "./paths.ts";
import type { Arrival } from "./arrival.ts";
import { inputsOf, settingsOf, type RunState } from "./state.ts";

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
  return judged.accepted ? [started, ...judged.facts] : [started, ...judged.facts, closing("failed", "plan_refused")];
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
  return [...judged.facts, ...afterRefusal(state, verdict)];
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
  | { readonly accepted: false; readonly verdict: Consequence; readonly facts: readonly JournalEvent[] };

function judgeProposal(state: RunState, arrival: Arrival, offer: Offer): Judged {
  const read = readPlan(state.rules.hash, offer.plan);
  if (!read.ok) return refused(arrival, offer, read.error, "replan");
  const { plan, problems } = read.value;
  if (problems.length > 0) return refused(arrival, offer, problems, "replan");
  const verdict = verify(state, arrival, plan);
  if (verdict.verdict !== "ok")
    return refused(arrival, offer, verdict.findings, consequence(verdict.findings) ?? "replan");
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
        verdict_hash: verdict.hash,
      },
    ],
  };
}

function verify(state: RunState, arrival: Arrival, plan: Parameters<typeof verifyPlan>[1]["plan"]): PlanVerdict {
  const settings = settingsOf(state);
  const settled = new Set<string>();
  for (const path of state.scopes.get(ROOT)?.paths ?? []) {
    const at = path === undefined ? undefined : state.steps.get(path);
    if (at?.status === "succeeded") settled.add(at.path.split("#")[0] ?? at.path);
  }
  return verifyPlan(state.rules.hash, {
    plan,
    tools: state.rules.tools,
    policy: state.rules.policy,
    mode: settings.mode,
    ceiling: settings.ceiling,
    limits: state.limits,
    remaining: remaining(state.limits, state.used, state.reserved),
    intent: settings.intent,
    inputs: new Set(Object.keys(inputsOf(state))),
    settled,
    evidence: state.tally.evidence,
    refusedPlans: state.refusedPlans,
    at: epochMs(arrival.at),
  });
}

function refused(arrival: Arrival, offer: Offer, problems: readonly Problem[], verdict: Consequence): Judged {
  return {
    accepted: false,
    verdict,
    facts: [
      {
        type: "plan_rejected",
        plan_version: offer.plan_version,
        verdict,
        codes: [...new Set(problems.map((each) => each.code))],
        findings: arrival.seal.json(problems.map(problemJson)),
        usage: offer.usage,
      },
    ],
  };
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

/** One repair while replans last; a second time without any progress is a loop, whatever is left. */
function afterRefusal(state: RunState, verdict: Consequence): readonly JournalEvent[] {
  const asked = state.replans + 1;
  const beforeFirst = state.plan === null;
  const mayAsk =
    verdict === "replan" && asked <= (beforeFirst ? Math.min(1, state.limits.replans) : state.limits.replans);
  if (mayAsk) {
    return [
      {
        type: "plan_requested",
        plan_version: state.planVersion + 1,
        reason: { code: "plan_refused" },
        final: asked >= state.limits.replans,
      },
    ];
  }
  if (verdict === "escalate") return [closing("escalated", "loop_detected")];
  return [closing("failed", verdict === "replan" ? "replan_budget_exhausted" : "plan_refused")];
}

function closing(
  outcome: "failed" | "escalated",
  code: "plan_refused" | "replan_budget_exhausted" | "loop_detected",
): JournalEvent {
  const reason =
    code === "loop_detected"
      ? { code, trip: { code, kind: "plan_repeat", count: 1, threshold: 1 } as const }
      : { code };
  return { type: "run_closing", outcome, reason, forced: false };
}

/** After the running calls are over: the gates are void, and the planner is asked again. */
export function askPlanner(state: RunState): readonly JournalEvent[] {
  const reason = state.draining;
  if (reason === null) return [];
  const now = {
    completed: state.tally.succeeded,
    evidence: state.tally.evidence.size,
    effects: state.tally.effects.length,
  };
  const still =
    now.completed === state.progress.completed &&
    now.evidence === state.progress.evidence &&
    now.effects === state.progress.effects;
  if (still && state.cycles + 1 >= CYCLES_WITHOUT_PROGRESS) {
    const trip = {
      code: "loop_detected",
      kind: "no_progress",
      count: state.cycles + 1,
      threshold: CYCLES_WITHOUT_PROGRESS,
    } as const;
    return [
      {
        type: "verdict_rendered",
        scope: "run",
        step: null,
        attempt: 0,
        verdict: "escalate",
        outcome: "held",
        scores: {},
        reason: { code: "loop_detected", trip },
        retry_at_ms: null,
      },
      { type: "run_closing", outcome: "escalated", reason: { code: "loop_detected", trip }, forced: false },
    ];
  }
  const final = state.replans + 1 >= state.limits.replans;
  return [{ type: "plan_requested", plan_version: state.planVersion + 1, reason, final }];
}

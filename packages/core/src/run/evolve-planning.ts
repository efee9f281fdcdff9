import { plus, tightened } from "../budget/budget.ts";

import type { Payload } from "../base/payload.ts";
import { isProgress } from "../budget/loop-guard.ts";
import { planIn } from "./intake.ts";
import { removeGate } from "./evolve-step.ts";
import { progressOf } from "./progress.ts";
import { effectKey } from "./effect.ts";
import type { JournalEvent } from "./event.ts";
import type { Usage } from "./input.ts";
import { ROOT, WHOLE_PLAN } from "./paths.ts";
import { openScope } from "./scope.ts";
import { settledSteps } from "./settled-steps.ts";
import type { RunState, StepState } from "./state.ts";
import type { Plan, Step } from "../plan/plan.ts";

type Fact = Extract<
  JournalEvent,
  { type: "run_started" | "plan_requested" | "plan_proposed" | "plan_verified" | "plan_rejected" }
>;

export function evolvePlanning(state: RunState, fact: Fact): void {
  switch (fact.type) {
    case "run_started":
      return start(state, fact);
    case "plan_requested":
      return request(state, fact);
    case "plan_proposed":
      state.work.delete(effectKey.plan(fact.plan_version));
      state.planPayload = fact.plan;
      state.planVersion = fact.plan_version;
      state.lineage.push(fact.plan_id);
      charge(state, fact.usage);
      return;
    case "plan_verified":
      return verified(state);
    case "plan_rejected":
      state.work.delete(effectKey.plan(fact.plan_version));
      charge(state, fact.usage);
      state.planning = { findings: fact.findings, final: false };
      state.replans += 1;
      rememberRefusal(state, fact.plan);
      return;
  }
}

function start(state: RunState, fact: Extract<Fact, { type: "run_started" }>): void {
  state.status = "planning";
  state.tenant = fact.tenant;
  state.settings = { ...fact.settings, tenant: fact.tenant, budget: fact.budget };
  state.pins = fact.pins;
  state.goal = fact.goal;
  state.keySecret = fact.key_secret;
  state.inputs = fact.inputs;
  state.door = fact.settings.door;
  state.startedAt = state.now;
  state.startedBy = state.actor.id;
  state.limits = fact.budget;
  if (!fact.settings.begin) state.hold = { code: "planned" };
  if (fact.settings.deadline_at_ms !== null) state.timers.set("deadline", fact.settings.deadline_at_ms);
  if (fact.settings.ttl_ms !== null) state.timers.set("ttl", state.now + fact.settings.ttl_ms);
}

function request(state: RunState, fact: Extract<Fact, { type: "plan_requested" }>): void {
  state.status = "planning";
  state.draining = null;
  dropUnfinished(state);
  if (fact.reason !== null && fact.reason.code !== "plan_refused") {
    state.replans += 1;
    rememberRefusal(state, state.planPayload);
    const now = progressOf(state);
    state.cycles = isProgress(state.progress, now) ? 0 : state.cycles + 1;
    state.progress = now;
  }
  state.planning = { findings: state.planning.findings, final: fact.final };
  state.planVersion = fact.plan_version;
  state.work.set(effectKey.plan(fact.plan_version), { type: "propose_plan", plan_version: fact.plan_version });
}

/** What a replan leaves behind: nothing of it is entered, retried or reviewed any more. */
function dropUnfinished(state: RunState): void {
  for (const path of state.scopes.get(ROOT)?.paths ?? []) {
    const at = path === undefined ? undefined : state.steps.get(path);
    if (at === undefined || at.status === "succeeded") continue;
    state.ready.delete(at.path);
    state.timers.clear(`retry:${at.path}`);
    if (at.status === "review") at.status = "failed";
  }
  state.reviews = 0;
  state.behind.clear();
}

/** A plan that was refused, at verification or by a verdict, must not come back under other names. */
function rememberRefusal(state: RunState, payload: Payload | null): void {
  const plan = payload === null ? null : planIn(state.rules.hash, payload);
  if (plan !== null) state.refusedPlans.add(plan.hash);
}

function charge(state: RunState, usage: Usage): void {
  state.used = plus(state.used, { steps: 0, tool_calls: 0, ...usage });
}

function verified(state: RunState): void {
  const plan = state.planPayload === null ? null : planIn(state.rules.hash, state.planPayload);
  state.status = "working";
  state.opened = false;
  state.planning = { findings: null, final: false };
  state.plan = plan;
  if (plan !== null) state.limits = { ...tightened(state.limits, plan.document.budget ?? {}) };
}

/** The root block of the plan in force: steps that are done stay, with their outputs and without needs. */
export function openRoot(state: RunState): void {
  const { plan } = state;
  const old = state.scopes.get(ROOT);
  state.opened = true;
  const gate = state.gates.get(WHOLE_PLAN);
  if (gate !== undefined) removeGate(state, gate);
  if (plan === null) return;
  const goingOn = settledSteps(old, state.steps);
  const settled = new Map<string, StepState>();
  const kept: Step[] = [];
  for (const path of old?.paths ?? []) {
    const at = path === undefined ? undefined : state.steps.get(path);
    const step = at === undefined ? undefined : old?.block.steps[at.index];
    if (at !== undefined && step !== undefined && goingOn.has(step.id)) {
      settled.set(step.id, at);
      kept.push({ ...step, needs: [], when: null, fallbackFor: null });
    } else if (path !== undefined) {
      state.steps.delete(path);
    }
  }
  state.plan = kept.length === 0 ? plan : merged(plan, kept, settled);
  openScope(state, { path: ROOT, block: state.plan.block, given: new Map(), settled });
}

function merged(plan: Plan, kept: readonly Step[], settled: ReadonlyMap<string, StepState>): Plan {
  const proposed = plan.block.steps.filter((step) => !settled.has(step.id));
  return { ...plan, block: { steps: [...kept, ...proposed] } };
}

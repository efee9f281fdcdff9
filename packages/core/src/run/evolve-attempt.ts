import type { Payload } from "../base/payload.ts";
import { minus, NOTHING, plus } from "../budget/budget.ts";
import { observed } from "../budget/loop-guard.ts";
import { reaches } from "../tool/approval-mode.ts";
import { extend } from "./chain.ts";
import { effectKey } from "./effect.ts";
import type { JournalEvent } from "./event.ts";
import { makeReady, removeGate, settleStep, wake } from "./evolve-step.ts";
import { callOf, fingerprint } from "./fingerprint.ts";
import type { Usage } from "./input.ts";
import { located } from "./paths.ts";
import type { Attempt, RunState, StepState } from "./state.ts";

type Fact = Extract<
  JournalEvent,
  {
    type:
      | "step_started"
      | "attempt_returned"
      | "attempt_failed"
      | "attempt_abandoned"
      | "verdict_rendered"
      | "retry_due"
      | "probe_wanted"
      | "step_in_doubt"
      | "doubt_resolved"
      | "review_resolved";
  }
>;

export function evolveAttempt(state: RunState, fact: Fact): void {
  if (fact.type === "verdict_rendered") return render(state, fact);
  const step = state.steps.get(fact.step);
  if (step === undefined) return;
  switch (fact.type) {
    case "step_started":
      return start(state, step, fact);
    case "attempt_returned":
      return returned(state, step, fact);
    case "attempt_failed":
      return failed(state, step, fact);
    case "attempt_abandoned":
      if (fact.reason.code === "interrupted") interrupted(state, step);
      over(state, step, null, fact.reason.code !== "evidence_drift");
      return makeReady(state, step);
    case "retry_due":
      state.timers.clear(`retry:${step.path}`);
      return makeReady(state, step);
    case "probe_wanted":
      step.interruptions += 1;
      if (fact.usage !== null) state.used = plus(state.used, { ...NOTHING, ...fact.usage });
      return changeWork(state, step, "probe");
    case "step_in_doubt":
      over(state, step, null);
      leaveGate(state, step);
      state.timers.clear(`retry:${step.path}`);
      state.ready.delete(step.path);
      state.unsure.delete(step.path);
      step.status = "in_doubt";
      step.reason = fact.reason;
      state.doubts += 1;
      return;
    case "doubt_resolved":
      return resolved(state, step, fact.answer === "happened");
    case "review_resolved":
      state.reviews -= 1;
      step.retries = 0;
      return makeReady(state, step);
  }
}

/** Nobody is asked whether it may be sent again before somebody said what it did. */
function leaveGate(state: RunState, step: StepState): void {
  const gate = state.gates.get(step.path);
  if (gate !== undefined) removeGate(state, gate);
}

function failed(state: RunState, step: StepState, fact: Extract<Fact, { type: "attempt_failed" }>): void {
  const tool = state.attempts.get(step.path)?.tool;
  if (fact.happened === "unknown" && tool !== undefined && isEffectful(state, tool)) state.unsure.add(step.path);
  over(state, step, fact.usage);
}

function interrupted(state: RunState, step: StepState): void {
  step.interruptions += 1;
  const tool = state.attempts.get(step.path)?.tool;
  if (tool !== undefined && isEffectful(state, tool)) state.unsure.add(step.path);
}

function start(state: RunState, step: StepState, fact: Extract<Fact, { type: "step_started" }>): void {
  const gate = state.gates.get(step.path);
  if (gate?.request != null) {
    step.grant = gate.request;
    step.grantUses = 0;
    removeGate(state, gate);
  }
  if (step.grant !== null) step.grantUses += 1;
  state.ready.delete(step.path);
  step.status = "running";
  step.attempts = fact.attempt;
  step.toolCall = fact.tool_call;
  step.key = fact.idempotency_key;
  if (!step.counted) state.tally.started += 1;
  step.counted = true;
  state.used = { ...state.used, steps: state.used.steps + fact.reserve.steps };
  const reserve = { ...fact.reserve, steps: 0 };
  state.reserved = plus(state.reserved, reserve);
  state.attempts.set(step.path, {
    step: step.path,
    number: fact.attempt,
    version: state.version,
    startedAt: state.now,
    tool: fact.tool,
    key: fact.idempotency_key,
    args: fact.args,
    reserve,
    authority: fact.authority,
    effect: "call",
  });
  if (isEffectful(state, fact.tool)) state.open.set(fact.idempotency_key, step.path);
  state.work.set(effectKey.attempt(step.path, fact.attempt), {
    type: "invoke_tool",
    step: step.path,
    attempt: fact.attempt,
  });
  state.tally.toolCalls = extend(state.rules.hash, state.tally.toolCalls, {
    attempt: fact.attempt,
    step: step.path,
    tool: fact.tool,
    tool_call: fact.tool_call,
  });
}

function isEffectful(state: RunState, tool: string): boolean {
  return reaches(state.rules.tools.get(tool)?.spec.tier ?? "destructive", "local_write");
}

function returned(state: RunState, step: StepState, fact: Extract<Fact, { type: "attempt_returned" }>): void {
  const attempt = state.attempts.get(step.path);
  over(state, step, fact.usage);
  state.unsure.delete(step.path);
  step.output = fact.output;
  if (attempt === undefined) return;
  if (!attempt.args.isErased && !fact.output.isErased) {
    const { hash } = state.rules;
    const call = callOf(hash, attempt.tool, attempt.args.canonical());
    state.calls.set(call, observed(state.calls.get(call), fingerprint(hash, fact.output.canonical())));
  }
  if (!isEffectful(state, attempt.tool)) return;
  remember(state, step, { tool: attempt.tool, key: attempt.key }, fact.output);
  const undo = fact.undo;
  if (undo !== null && step.scope !== "undo") state.undo.push({ of: step.path, tool: undo.tool, args: undo.args });
}

/** An effect took place: it is not asked for again, and the record names it. */
function remember(
  state: RunState,
  step: StepState,
  { tool, key }: Pick<Attempt, "tool" | "key">,
  output: Payload | null,
): void {
  state.done.set(key, { step: step.path, output });
  state.tally.effects.push({ step: step.path, tool, tool_call: step.toolCall ?? "", idempotency_key: key });
}

/** An attempt has ended: its reservation is settled, and its one piece of work is gone. An interrupted call counts, its time does not. */
function over(state: RunState, step: StepState, usage: Usage | null, wasSent = true): void {
  const attempt = state.attempts.get(step.path);
  if (attempt === undefined) return;
  state.attempts.delete(step.path);
  state.work.delete(effectKey.attempt(step.path, attempt.number));
  state.open.delete(attempt.key);
  state.reserved = minus(state.reserved, attempt.reserve);
  const { tokens, cost_millicents, wall_clock_ms } = usage ?? NOTHING;
  const tool_calls = wasSent ? attempt.reserve.tool_calls : 0;
  state.used = plus(state.used, { steps: 0, tool_calls, tokens, cost_millicents, wall_clock_ms });
  wake(state, step.path);
}

function changeWork(state: RunState, step: StepState, effect: Attempt["effect"]): void {
  const attempt = state.attempts.get(step.path);
  if (attempt === undefined) return;
  attempt.effect = effect;
  const type = effect === "probe" ? "probe_attempt" : "stop_attempt";
  state.work.set(effectKey.attempt(step.path, attempt.number), { type, step: step.path, attempt: attempt.number });
}

/** While a run closes its open calls are asked to stop; each must answer with what really happened. */
export function stopAttempts(state: RunState): void {
  for (const attempt of state.attempts.values()) {
    const step = state.steps.get(attempt.step);
    if (step !== undefined && attempt.effect === "call") changeWork(state, step, "stop");
  }
}

function resolved(state: RunState, step: StepState, happened: boolean): void {
  if (state.attempts.has(step.path)) over(state, step, null);
  if (step.status === "in_doubt") state.doubts -= 1;
  step.status = "running";
  if (!happened) return makeReady(state, step);
  const planned = located(state, step.path)?.step;
  if (planned?.kind === "tool" && step.key !== null && isEffectful(state, planned.tool))
    remember(state, step, { tool: planned.tool, key: step.key }, null);
}

function render(state: RunState, fact: Extract<Fact, { type: "verdict_rendered" }>): void {
  state.tally.verdicts[fact.verdict] += 1;
  if (fact.reason?.trip !== undefined) state.trips += 1;
  if (fact.step === null) return;
  const found = located(state, fact.step);
  if (found === null) return;
  const { at, step } = found;
  switch (fact.outcome) {
    case "succeeded":
      weigh(state, step.kind === "tool" ? step.tool : "", Number(fact.scores["utility"] ?? "1"));
      if (step.kind === "tool") for (const name of step.produces) state.tally.evidence.add(name);
      return settleStep(state, at.path, { outcome: "succeeded", output: at.output, reason: null });
    case "failed":
      return settleStep(state, at.path, { outcome: "failed", output: null, reason: fact.reason });
    case "waiting":
      at.status = "waiting";
      at.retries += 1;
      state.retries += 1;
      if (fact.retry_at_ms !== null) state.timers.set(`retry:${at.path}`, fact.retry_at_ms);
      return;
    case "replanning":
      state.draining = fact.reason;
      return settleStep(state, at.path, { outcome: "failed", output: null, reason: fact.reason });
    case "review":
      state.ready.delete(at.path);
      at.status = "review";
      at.reason = fact.reason;
      state.reviews += 1;
      return;
    case "held":
      return;
  }
}

/** Steps with an effect count twice. */
function weigh(state: RunState, tool: string, utility: number): void {
  const weight = isEffectful(state, tool) ? 2 : 1;
  state.tally.utility.weight += weight;
  state.tally.utility.sum += utility * weight;
}

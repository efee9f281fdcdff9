import type { Payload } from "../base/payload.ts";
import { durationMs } from "../base/time.ts";
import { backoff, DEFAULT_BACKOFF } from "../budget/backoff.ts";
import { isJunk, judge, scoreText, type Judgement, type Observation, type Scores } from "../critic/verdict.ts";
import { reaches } from "../tool/approval-mode.ts";
import type { FailureKind } from "../tool/failure.ts";
import type { ToolRule } from "../tool/tool-rule.ts";
import { askedAgain, isAnswerWanted, isEnteredAgain } from "./ask-again.ts";
import { inDoubt } from "./doubt.ts";
import type { JournalEvent, VerdictRendered } from "./event.ts";
import type { RunInput, Usage } from "./input.ts";
import { located, UNDO } from "./paths.ts";
import { hasStandIn } from "./scope.ts";
import type { Arrival } from "./arrival.ts";
import type { Reason } from "./reason.ts";
import type { Attempt, RunState, StepState } from "./state.ts";
import type { ToolStep } from "../plan/plan.ts";

/** Interruptions after which a step is in doubt whatever its tool promises. */
const MAX_INTERRUPTIONS = 3;
/** The most an answer may weigh. */
const MAX_OUTPUT_BYTES = 16_777_216;

interface Found {
  readonly attempt: Attempt;
  readonly at: StepState;
  readonly step: ToolStep;
  readonly rule: ToolRule | undefined;
}

/** The attempt an answer is about; null when it is over, so that a late or doubled answer says nothing. */
function foundAttempt(state: RunState, path: string, number: number): Found | null {
  const attempt = state.attempts.get(path);
  const found = located(state, path);
  if (attempt?.number !== number || found?.step.kind !== "tool") return null;
  return { attempt, at: found.at, step: found.step, rule: state.rules.tools.get(attempt.tool) };
}

export function decideReturned(
  state: RunState,
  arrival: Arrival,
  input: Extract<RunInput, { type: "tool_returned" }>,
): readonly JournalEvent[] {
  const found = foundAttempt(state, input.step, input.attempt);
  if (found === null) return [];
  const returned: JournalEvent = {
    type: "attempt_returned",
    step: input.step,
    attempt: input.attempt,
    tool_call: found.at.toolCall ?? "",
    output: input.output,
    undo: input.undo,
    artifacts: input.artifacts,
    usage: input.usage,
  };
  const unexpected = unexpectedIn(found.rule, input.output);
  const scores = scoresOf(state, found, input.usage, null, unexpected !== null);
  const judgement = judge(observed(state, found, { failure: null, unexpected, scores, didNot: false }));
  return [returned, verdict(state, arrival, found, judgement, scores, "0")];
}

export function decideFailed(
  state: RunState,
  arrival: Arrival,
  input: Extract<RunInput, { type: "tool_failed" }>,
): readonly JournalEvent[] {
  const found = foundAttempt(state, input.step, input.attempt);
  if (found === null || found.attempt.effect === "probe") return [];
  const failed: JournalEvent = {
    type: "attempt_failed",
    step: input.step,
    attempt: input.attempt,
    tool_call: found.at.toolCall ?? "",
    kind: input.kind,
    happened: input.happened,
    error: input.error,
    usage: input.usage,
  };
  const didNot = input.happened === "no";
  if (!didNot && !isRepeatable(found.rule)) return unknowable(found, failed, input.usage);
  const scores = scoresOf(state, found, input.usage, input.kind, false);
  const judgement = judge(observed(state, found, { failure: input.kind, unexpected: null, scores, didNot }));
  const rendered = verdict(state, arrival, found, judgement, scores, input.jitter);
  const isLeft =
    rendered.outcome !== "waiting" && (state.unsure.has(input.step) || (!didNot && isEffectful(found.rule)));
  return [failed, isLeft ? inDoubt(input.step, input.attempt) : rendered];
}

/** A call with an effect that takes no key, and nobody knows whether it happened: its tool is asked where it can be, else a person is. */
function unknowable({ attempt, at, rule }: Found, failed: JournalEvent, usage: Usage): readonly JournalEvent[] {
  if (rule?.spec.traits.probe === true && !isLastInterruption(at))
    return [{ type: "probe_wanted", step: attempt.step, attempt: attempt.number, usage }];
  return [failed, inDoubt(attempt.step, attempt.number)];
}

function isLastInterruption(at: StepState | undefined): boolean {
  return (at?.interruptions ?? 0) + 1 >= MAX_INTERRUPTIONS;
}

/** Why an answer is not what was promised; null when it is. */
export function unexpectedIn(rule: ToolRule | undefined, answer: Payload): Observation["unexpected"] {
  const output = answer.json();
  if ((rule?.checkOutput(output).length ?? 0) > 0) return "schema_mismatch";
  return isJunk(output) || answer.size > MAX_OUTPUT_BYTES ? "unexpected_evidence" : null;
}

function observed(
  state: RunState,
  { at, step, rule }: Found,
  { didNot, ...seen }: Pick<Observation, "failure" | "unexpected" | "scores"> & { readonly didNot: boolean },
): Observation {
  const perStep = Math.min(
    state.limits.retries_per_step,
    (step.retry?.maxAttempts ?? state.limits.retries_per_step + 1) - 1,
  );
  return {
    ...seen,
    tier: rule?.spec.tier ?? "destructive",
    trip: null,
    isBudgetSpent: false,
    retriesLeft: at.retries < perStep && state.retries < state.limits.retries,
    repeatable: didNot || isRepeatable(rule),
  };
}

/** The built-in evaluators: pure, over what the attempt showed. */
function scoresOf(
  state: RunState,
  { rule }: Found,
  usage: Usage,
  failure: FailureKind | null,
  isUnexpected: boolean,
): Scores {
  const timeout = rule?.spec.traits.timeout ?? state.settings?.timeout_ms ?? 1;
  const tokens = Math.max(1, state.limits.tokens);
  return {
    policy: failure === "policy_denied" ? 0 : 1,
    safety: 1,
    utility: failure === null && !isUnexpected ? 1 : 0,
    latency: 1 - Math.min(1, usage.wall_clock_ms / timeout),
    economics: 1 - Math.min(1, usage.tokens / tokens),
  };
}

/** What becomes of the step: while a run closes, and in the undo phase, nothing is tried again and nobody replans. */
function verdict(
  state: RunState,
  arrival: Arrival,
  found: Found,
  { verdict: word, code }: Judgement,
  scores: Scores,
  jitter: string,
): VerdictRendered {
  const reason: Reason | null = code === null ? null : { code, step: found.at.path };
  const base = {
    type: "verdict_rendered",
    scope: "step",
    step: found.at.path,
    attempt: found.attempt.number,
    scores: {
      policy: scoreText(scores.policy),
      safety: scoreText(scores.safety),
      utility: scoreText(scores.utility),
      latency: scoreText(scores.latency),
      economics: scoreText(scores.economics),
    },
    retry_at_ms: null,
  } as const;
  if (word === "accept") return { ...base, verdict: "accept", outcome: "succeeded", reason: null };
  if (word === "retry" && canGoOn(state, found)) {
    const policy = { ...DEFAULT_BACKOFF, initial: durationMs(found.step.retry?.backoffMs ?? DEFAULT_BACKOFF.initial) };
    const wait = backoff(policy, found.at.retries + 1, Number(jitter));
    return { ...base, verdict: "retry", outcome: "waiting", reason, retry_at_ms: arrival.at + wait };
  }
  return { ...base, ...finalOutcome(state, found, word === "retry" ? "escalate" : word, reason) };
}

function canGoOn(state: RunState, { at }: Found): boolean {
  return state.closing === null || at.scope === UNDO;
}

interface Final {
  readonly verdict: "replan" | "escalate";
  readonly outcome: "failed" | "replanning" | "review";
  readonly reason: Reason | null;
}

/** A failure the plan itself provides for fails the step; else the planner, else a person, else the run's configured end. */
export function finalOutcome(
  state: RunState,
  found: Pick<Found, "at" | "step">,
  word: "replan" | "escalate",
  reason: Reason | null,
): Final {
  if (state.closing !== null || found.at.scope === UNDO || isProvidedFor(state, found))
    return { verdict: word, outcome: "failed", reason };
  if (word === "replan" && isModels(state)) {
    if (state.replans < state.limits.replans) return { verdict: "replan", outcome: "replanning", reason };
    return settled(state, { code: "replan_budget_exhausted", step: found.at.path });
  }
  return settled(state, reason);
}

function settled(state: RunState, reason: Reason | null): Final {
  return { verdict: "escalate", outcome: state.settings?.on_fatal === "fail" ? "failed" : "review", reason };
}

function isProvidedFor(state: RunState, { at, step }: Pick<Found, "at" | "step">): boolean {
  const scope = state.scopes.get(at.scope);
  return step.onFailure === "continue" || (scope !== undefined && hasStandIn(scope, at.index));
}

/** Only a model proposes something else when asked again. */
function isModels(state: RunState): boolean {
  return state.plan?.document.planner?.kind === "model";
}

/**
 * Every attempt that a crash interrupted, answered in one entry: asked again
 * with its key where that is safe, probed where the tool can be asked, else in
 * doubt. `through` is the version that was loaded, so a late duplicate says
 * nothing about living attempts.
 */
export function decideInterrupted(
  state: RunState,
  arrival: Arrival,
  input: Extract<RunInput, { type: "attempts_interrupted" }>,
): readonly JournalEvent[] {
  const meant = [...state.attempts.values()].filter(
    ({ version, effect }) => version <= input.through && effect !== "probe",
  );
  return meant.flatMap((attempt, index) => interrupted(state, attempt, arrival.at, meant.slice(0, index)));
}

function interrupted(
  state: RunState,
  attempt: Attempt,
  at: number,
  before: readonly Attempt[],
): readonly JournalEvent[] {
  const rule = state.rules.tools.get(attempt.tool);
  const subject = { step: attempt.step, attempt: attempt.number } as const;
  const doubt = inDoubt(attempt.step, attempt.number);
  if (isLastInterruption(state.steps.get(attempt.step)) || rule === undefined) return [doubt];
  if (!isRepeatable(rule)) return [rule.spec.traits.probe ? { type: "probe_wanted", ...subject, usage: null } : doubt];
  const abandoned: JournalEvent = {
    type: "attempt_abandoned",
    ...subject,
    reason: { code: "interrupted", step: attempt.step },
  };
  if (!isEffectful(rule) || isEnteredAgain(state, attempt)) return [abandoned];
  const again = isAnswerWanted(state, attempt) ? askedAgain(state, attempt, at, before) : null;
  return again === null ? [doubt] : [abandoned, again];
}

function isEffectful(rule: ToolRule | undefined): boolean {
  return rule === undefined || reaches(rule.spec.tier, "local_write");
}

/** Whether sending a call again is safe: it has no effect, or honours its key. */
function isRepeatable(rule: ToolRule | undefined): boolean {
  return rule !== undefined && (rule.spec.idempotency !== "none" || !isEffectful(rule));
}

export function decideProbed(
  state: RunState,
  input: Extract<RunInput, { type: "attempt_probed" }>,
): readonly JournalEvent[] {
  const attempt = state.attempts.get(input.step);
  if (attempt?.number !== input.attempt || attempt.effect !== "probe") return [];
  const subject = { step: input.step, attempt: input.attempt } as const;
  if (input.happened === "yes") return happened(state, input.step, input.attempt);
  if (input.happened === "no")
    return [{ type: "attempt_abandoned", ...subject, reason: { code: "did_not_happen", step: input.step } }];
  return [inDoubt(attempt.step, attempt.number)];
}

/** A person's word on a step in doubt or in review. */
export function decideResolve(state: RunState, input: Extract<RunInput, { type: "resolve" }>): readonly JournalEvent[] {
  const at = state.steps.get(input.step);
  if (at?.attempts !== input.attempt) return [];
  if (at.status === "in_doubt") return resolveDoubt(state, at, input.answer);
  if (at.status !== "review") return [];
  if (input.answer === "retry") return [{ type: "review_resolved", step: at.path, answer: "retry" }];
  if (input.answer !== "skip") return [];
  return [
    {
      type: "step_settled",
      step: at.path,
      outcome: "skipped",
      output: null,
      reason: { code: "operator_skipped", step: at.path },
    },
  ];
}

function resolveDoubt(
  state: RunState,
  at: StepState,
  answer: Extract<RunInput, { type: "resolve" }>["answer"],
): readonly JournalEvent[] {
  if (answer === "happened") return happened(state, at.path, at.attempts);
  if (answer === "skip") return [];
  return [{ type: "doubt_resolved", step: at.path, attempt: at.attempts, answer }];
}

/** It happened, and nobody has its answer: the step is done without an output. */
function happened(state: RunState, path: string, attempt: number): readonly JournalEvent[] {
  const found = located(state, path);
  if (found === null) return [];
  return [
    { type: "doubt_resolved", step: path, attempt, answer: "happened" },
    {
      type: "step_settled",
      step: path,
      outcome: "succeeded",
      output: null,
      reason: { code: "interrupted", step: path },
    },
  ];
}

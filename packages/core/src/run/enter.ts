import { isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import type { Payload, Sealer } from "../base/payload.ts";
import { OrchestratorError } from "../base/error.ts";
import { exhausted } from "../budget/budget.ts";
import { tripOnCall } from "../budget/loop-guard.ts";
import { compiled } from "../plan/block.ts";
import { evaluate, isTrue } from "../plan/evaluate.ts";
import { parsePointer, pointerText } from "../plan/pointer.ts";
import type { CheckStep, GateStep, Step, ToolStep, ValueStep } from "../plan/plan.ts";
import { reaches } from "../tool/approval-mode.ts";
import { brokenConstraints } from "../policy/constraint.ts";
import type { ToolRule } from "../tool/tool-rule.ts";
import { deriveId } from "../base/id.ts";
import { epochMs } from "../base/time.ts";
import { authorizeCall, callBudget, givenArgs, toolCall, type Call } from "./call.ts";
import { driftOf, voided } from "./decide-approval.ts";
import { finalOutcome, unexpectedIn } from "./decide-execution.ts";
import { inDoubt } from "./doubt.ts";
import type { Authority, JournalEvent } from "./event.ts";
import { argsText, callOf } from "./fingerprint.ts";
import { located, UNDO } from "./paths.ts";
import type { Reason } from "./reason.ts";
import { lookup, resolveArgs } from "./references.ts";
import { isMet } from "./scope.ts";
import type { Done, Request, RunState, Scope, StepState } from "./state.ts";

/** Times a step is asked again because what it rests on moved. */
const MAX_ROUNDS = 6;

/** A ready step begins, and always leaves at least one fact: what became of it. A value that no document may hold fails the step that makes it. */
export function enter(state: RunState, path: string, seal: Sealer): readonly JournalEvent[] {
  try {
    return entering(state, path, seal);
  } catch (error) {
    const at = state.steps.get(path);
    if (!(error instanceof OrchestratorError) || !error.code.startsWith("json_") || at === undefined) throw error;
    return [settled(at, "failed", { code: "value_too_large", step: path, detail: error.code })];
  }
}

function entering(state: RunState, path: string, seal: Sealer): readonly JournalEvent[] {
  const found = located(state, path);
  if (found === null) return [];
  const { at, scope, step } = found;
  const isFirst = at.attempts === 0 && at.rounds === 0;
  const early = isFirst ? beforeEntering(state, scope, at, step) : null;
  if (early !== null) return [early];
  switch (step.kind) {
    case "check":
      return [enterCheck(state, scope, at, step)];
    case "value":
      return [enterValue(state, scope, at, step, seal)];
    case "gate":
      return [enterGate(state, at, step)];
    case "tool":
      return handingBack(state, at, unlessUnsure(state, at, enterTool({ state, scope, at, step, seal })));
  }
}

function settled(
  at: StepState,
  outcome: "succeeded" | "failed" | "skipped" | "blocked",
  reason: Reason | null,
  output: Payload | null = null,
): JournalEvent {
  return { type: "step_settled", step: at.path, outcome, output, reason };
}

/** What keeps a step from being entered at all: a need that was not met, a stand-in nobody needs, its own condition. */
function beforeEntering(state: RunState, scope: Scope, at: StepState, step: Step): JournalEvent | null {
  const { at: positions, needs } = compiled(scope.block);
  const subject = step.fallbackFor === null ? -1 : (positions.get(step.fallbackFor) ?? -1);
  if (subject !== -1 && statusAt(state, scope, subject) !== "failed")
    return settled(at, "skipped", { code: "not_needed", step: at.path });
  for (const need of needs[at.index] ?? []) {
    if (need !== subject && !isMet(state, scope, need))
      return settled(at, "blocked", { code: "dependency_failed", step: at.path });
  }
  const missing = step.evidence.find((name) => !state.tally.evidence.has(name));
  if (missing !== undefined) return settled(at, "failed", { code: "missing_evidence", step: at.path, detail: missing });
  if (step.when === null) return null;
  const condition = evaluate(step.when, lookup(state, scope));
  if (!condition.found)
    return settled(at, "failed", {
      code: "predicate_evaluation_failed",
      step: at.path,
      detail: condition.path.join("."),
    });
  return isTrue(condition.value) ? null : settled(at, "skipped", { code: "condition_false", step: at.path });
}

function statusAt(state: RunState, scope: Scope, index: number): string | undefined {
  const path = scope.paths[index];
  return path === undefined ? undefined : state.steps.get(path)?.status;
}

function enterCheck(state: RunState, scope: Scope, at: StepState, step: CheckStep): JournalEvent {
  const found = evaluate(step.that, lookup(state, scope));
  if (!found.found)
    return settled(at, "failed", { code: "predicate_evaluation_failed", step: at.path, detail: found.path.join(".") });
  return isTrue(found.value)
    ? settled(at, "succeeded", null)
    : settled(at, "failed", { code: "check_failed", step: at.path });
}

function enterValue(state: RunState, scope: Scope, at: StepState, step: ValueStep, seal: Sealer): JournalEvent {
  const values: Record<string, Json> = {};
  for (const [name, expression] of step.set) {
    const found = evaluate(expression, lookup(state, scope));
    if (!found.found)
      return settled(at, "failed", { code: "undefined_variables", step: at.path, detail: found.path.join(".") });
    values[name] = found.value;
  }
  return settled(at, "succeeded", null, seal.json(values));
}

function enterGate(state: RunState, at: StepState, step: GateStep): JournalEvent {
  const gate = state.gates.get(at.path);
  if (gate?.status === "granted" && gate.request !== null) {
    if (!isExpired(state, gate.request)) return settled(at, "succeeded", null);
    return voided(gate, { code: "approval_expired", step: at.path });
  }
  const rules = step.gates.length > 0 ? step.gates.toSorted() : ["plan.gate"];
  return { type: "gate_wanted", step: at.path, round: at.rounds + 1, rules, approver: "person" };
}

interface Entering {
  readonly state: RunState;
  readonly scope: Scope;
  readonly at: StepState;
  readonly step: ToolStep;
  readonly seal: Sealer;
}

function enterTool(entering: Entering): readonly JournalEvent[] {
  const { state, scope, at, step } = entering;
  const rule = state.rules.tools.get(step.tool);
  if (rule === undefined) return [settled(at, "failed", { code: "policy_denied", step: at.path, detail: "allowlist" })];
  const given = givenArgs(scope, at.index);
  const args = given === null ? resolveArgs(state, scope, step) : { ok: true as const, value: given.object() };
  if (!args.ok) return [settled(at, "failed", { code: "undefined_variables", step: at.path, detail: args.error })];
  const refused = refusedArgument(rule, args.value, step.gates.length > 0);
  if (refused !== null)
    return [settled(at, "failed", { code: "argument_not_allowed", step: at.path, detail: refused })];
  const call = toolCall(state, at.path, step, rule, args.value);
  return served(entering, call) ?? looping(entering, call) ?? authorised(entering, call, given);
}

/** The place of an argument that the tool's schema or one of its bounds refuses, as far as the tool declares it: a name below that is data. */
function refusedArgument(rule: ToolRule, args: JsonObject, isAsked: boolean): string | null {
  const { spec } = rule;
  const at = rule.checkArgs(args)[0]?.at ?? brokenConstraints(spec, args, isAsked)[0]?.constraint.at;
  if (at === undefined) return null;
  const [name] = parsePointer(at) ?? [];
  const { properties } = spec.inputSchema;
  return name !== undefined && isJsonObject(properties) && Object.hasOwn(properties, name) ? pointerText([name]) : "";
}

/** A step that is not sent again, although a call of it may have happened, does not simply fail. */
function unlessUnsure(state: RunState, at: StepState, facts: readonly JournalEvent[]): readonly JournalEvent[] {
  const last = facts.at(-1);
  const isFailed = last?.type === "step_settled" && last.outcome !== "succeeded";
  const isLeft = last?.type === "verdict_rendered" && last.outcome !== "held";
  if (!state.unsure.has(at.path) || !(isFailed || isLeft)) return facts;
  return [...facts.slice(0, -1), inDoubt(at.path, at.attempts)];
}

/** A grant that its step will not use is void: it must not look as if it waited. */
function handingBack(state: RunState, at: StepState, facts: readonly JournalEvent[]): readonly JournalEvent[] {
  const gate = state.gates.get(at.path);
  const [first] = facts;
  const isOver =
    first?.type === "step_settled" ||
    first?.type === "step_in_doubt" ||
    (first?.type === "verdict_rendered" && first.outcome !== "held");
  return gate !== undefined && isOver ? [voided(gate, { code: "not_needed", step: at.path }), ...facts] : facts;
}

/** The ledger answers a call that was answered before; a call whose twin is open waits behind it. */
function served(entering: Entering, call: Call): readonly JournalEvent[] | null {
  const { state, at } = entering;
  if (!reaches(call.tier, "local_write")) return null;
  const done = state.done.get(call.key);
  if (done !== undefined) return [fromLedger(entering, call, done)];
  const twin = state.open.get(call.key);
  return twin === undefined ? null : [{ type: "step_queued", step: at.path, behind: twin }];
}

/** A recorded answer is judged as any other: sending again would be a second effect, and junk is no success. Null is a call a person vouched for. */
function fromLedger({ state, at, step }: Entering, call: Call, done: Done): JournalEvent {
  const { output } = done;
  const code = output === null ? null : unexpectedIn(state.rules.tools.get(call.tool), output);
  if (code === null) return settled(at, "succeeded", { code: "ledger_replay", step: done.step }, output);
  return stopped(state, at, step, "replan", { code, step: at.path, detail: "ledger_replay" });
}

/** Stopped before the next identical call is sent, with the reason that a trip cannot be without. */
function looping({ state, at, step }: Entering, call: Call): readonly JournalEvent[] | null {
  const rule = state.rules.tools.get(step.tool);
  const trip = tripOnCall(
    state.calls.get(callOf(state.rules.hash, call.tool, argsText(call.args))),
    rule?.spec.traits.maxIdentical ?? null,
  );
  return trip === null
    ? null
    : [stopped(state, at, step, "escalate", { code: "loop_detected", step: at.path, detail: trip.kind, trip })];
}

/** A verdict before anything was sent. */
function stopped(
  state: RunState,
  at: StepState,
  step: ToolStep,
  word: "replan" | "escalate",
  reason: Reason,
): JournalEvent {
  const final = finalOutcome(state, { at, step }, word, reason);
  return {
    type: "verdict_rendered",
    scope: "step",
    step: at.path,
    attempt: at.attempts,
    scores: {},
    retry_at_ms: null,
    ...final,
  };
}

function authorised(entering: Entering, call: Call, given: Payload | null): readonly JournalEvent[] {
  const { state, at, step } = entering;
  const gate = state.gates.get(at.path);
  const grant = at.grant ?? (gate?.status === "granted" ? gate.request : null);
  if (grant !== null) return underGrant(entering, call, grant);
  const { effect, rules } = authorizeCall(state, at.path, step, call.args, state.now);
  if (effect === "forbid")
    return [stopped(state, at, step, "escalate", { code: "policy_denied", step: at.path, detail: rules.join(",") })];
  if (effect === "permit") return start(entering, call, { rules }, given);
  if (at.rounds >= MAX_ROUNDS) return [stopped(state, at, step, "escalate", { code: "evidence_drift", step: at.path })];
  return [
    {
      type: "gate_wanted",
      step: at.path,
      round: at.rounds + 1,
      rules,
      approver: effect === "gate" ? "person" : "policy",
    },
  ];
}

/** Everything an approval binds is computed again; the first field that moved is named, and the step is asked anew. */
function underGrant(entering: Entering, call: Call, grant: Request): readonly JournalEvent[] {
  const { state, at, step } = entering;
  if (isExpired(state, grant)) {
    const reason: Reason = { code: "approval_expired", step: at.path };
    const isOver = at.attempts > 0 ? [stopped(state, at, step, "escalate", reason)] : [];
    return [revoked(state, at, grant, reason), ...isOver];
  }
  const field = driftOf(state, at.path, grant);
  if (field !== null) return [revoked(state, at, grant, { code: "approval_void", step: at.path, detail: field })];
  return start(entering, call, { approval: grant.approval, binding_hash: grant.bindingHash }, grant.args);
}

/** A grant that was not used in its time is void, and one whose call is tried again outlives it no more. */
function isExpired(state: RunState, grant: Request): boolean {
  return state.now > grant.binding.expires_at_ms;
}

function revoked(state: RunState, at: StepState, grant: Request, reason: Reason): JournalEvent {
  const gate = state.gates.get(at.path);
  if (gate !== undefined) return voided(gate, reason);
  return { type: "approval_voided", step: at.path, approval: grant.approval, binding_hash: grant.bindingHash, reason };
}

function start(
  { state, scope, at, seal }: Entering,
  call: Call,
  authority: Authority,
  sealed: Payload | null,
): readonly JournalEvent[] {
  const reserve = { steps: at.counted || scope.path === UNDO ? 0 : 1, ...callBudget(call) };
  const dimension = scope.path === UNDO ? null : exhausted(state.limits, state.used, state.reserved, reserve);
  if (dimension !== null) {
    const reason: Reason = { code: "budget_exhausted", step: at.path, detail: dimension };
    return [
      {
        type: "verdict_rendered",
        scope: "step",
        step: at.path,
        attempt: at.attempts,
        verdict: "escalate",
        outcome: "held",
        scores: {},
        reason,
        retry_at_ms: null,
      },
      { type: "run_held", reason },
    ];
  }
  return [
    {
      type: "step_started",
      step: at.path,
      attempt: at.attempts + 1,
      tool: call.tool,
      tool_call:
        at.toolCall ??
        deriveId(state.rules.hash, "tool_call", epochMs(state.now), {
          run: state.run,
          version: state.version,
          index: state.facts,
        }),
      occurrence: call.occurrence,
      idempotency_key: call.key,
      args: sealed ?? seal.json(call.args),
      authority,
      reserve,
    },
  ];
}

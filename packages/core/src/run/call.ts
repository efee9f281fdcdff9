import { digestBytes } from "../base/digest.ts";
import { argsText } from "./fingerprint.ts";
import type { JsonObject } from "../base/json.ts";
import type { Payload } from "../base/payload.ts";
import { authorize, type Authorization } from "../policy/authorize.ts";
import { stricterMode } from "../policy/policy.ts";
import { isTainted } from "../policy/taint.ts";
import { epochMs } from "../base/time.ts";
import type { ApprovalMode } from "../tool/approval-mode.ts";
import { idempotencyKey } from "../tool/idempotency-key.ts";
import type { ToolRule } from "../tool/tool-rule.ts";
import type { Binding, CallBudget } from "./binding.ts";
import { located, ROOT, WHOLE_PLAN } from "./paths.ts";
import { resolveArgs } from "./references.ts";
import { inputsOf, settingsOf, type RunState, type Scope } from "./state.ts";
import type { GateStep, ToolStep } from "../plan/plan.ts";
import { parseRunId } from "./run-id.ts";

/** A call as it would be sent now: everything an approval binds and a dispatch needs, derived from the state. */
export interface Call {
  readonly path: string;
  readonly tool: string;
  readonly toolHash: string;
  readonly args: JsonObject;
  readonly tier: ApprovalMode;
  readonly occurrence: number | string;
  readonly key: string;
  readonly timeoutMs: number;
  readonly tokens: number;
  readonly costMillicents: number;
}

/** The tool name under which a pure gate is asked for. */
export const PLAN_GATE = "plan.gate";
/** The tool name under which a whole plan is asked for. */
export const PLAN_START = "plan.start";

/** What a gated step would send; null when it is over or a reference is not available. */
export function gateCall(state: RunState, path: string): Call | null {
  if (path === WHOLE_PLAN) return wholePlan(state);
  const found = located(state, path);
  if (found === null) return null;
  const { step, scope } = found;
  if (step.kind === "gate") return pureGate(state, path, step);
  if (step.kind !== "tool") return null;
  const rule = state.rules.tools.get(step.tool);
  const args = givenArgs(scope, found.at.index)?.object() ?? resolved(state, scope, step);
  return rule === undefined || args === null ? null : toolCall(state, path, step, rule, args);
}

export function givenArgs(scope: Scope, index: number): Payload | null {
  return scope.given.get(index) ?? null;
}

function resolved(state: RunState, scope: Scope, step: ToolStep): JsonObject | null {
  const args = resolveArgs(state, scope, step);
  return args.ok ? args.value : null;
}

/** The plan itself, where the mode asks for a person before its first step. */
function wholePlan(state: RunState): Call | null {
  const { plan, limits } = state;
  if (plan === null) return null;
  const args = { plan: plan.hash, inputs: inputsOf(state) };
  return {
    path: WHOLE_PLAN,
    tool: PLAN_START,
    toolHash: state.pins?.tools ?? "",
    args,
    tier: "destructive",
    occurrence: 0,
    key: keyOf(state, PLAN_START, args, 0),
    timeoutMs: limits.wall_clock_ms,
    tokens: limits.tokens,
    costMillicents: limits.cost_millicents,
  };
}

function pureGate(state: RunState, path: string, step: GateStep): Call {
  const args = { message: step.message };
  return {
    path,
    tool: PLAN_GATE,
    toolHash: state.pins?.tools ?? "",
    args,
    tier: "destructive",
    occurrence: 0,
    key: keyOf(state, PLAN_GATE, args, path),
    timeoutMs: 0,
    tokens: 0,
    costMillicents: 0,
  };
}

export function toolCall(state: RunState, path: string, step: ToolStep, rule: ToolRule, args: JsonObject): Call {
  const { traits, tier } = rule.spec;
  const occurrence = path.startsWith("undo/") ? path : step.occurrence;
  return {
    path,
    tool: step.tool,
    toolHash: rule.hash,
    args,
    tier,
    occurrence,
    key: keyOf(state, step.tool, args, occurrence),
    timeoutMs: attemptTime(state, step, traits.timeout),
    tokens: traits.tokens,
    costMillicents: traits.costMillicents,
  };
}

/** The tool's own bound where it has one, else the run's; a step may ask for less. */
function attemptTime(state: RunState, step: ToolStep, own: number | null): number {
  const most = own ?? settingsOf(state).timeout_ms;
  return Math.min(most, step.timeoutMs ?? most);
}

function keyOf(state: RunState, tool: string, args: JsonObject, occurrence: number | string): string {
  const secret = state.keySecret;
  if (secret === null) return "";
  return idempotencyKey(state.rules.hash, secret.raw(), {
    argsHash: digestBytes(state.rules.hash, argsText(args)),
    occurrence,
    root: parseRunId(state.run),
    tenant: state.tenant,
    tool,
  });
}

/** Why a call may go, or what must happen first. */
export function authorizeCall(
  state: RunState,
  path: string,
  step: ToolStep,
  args: JsonObject,
  at: number,
): Authorization {
  const { plan } = state;
  const mode = settingsOf(state).mode;
  return authorize(state.rules.policy, {
    spec: state.rules.tools.get(step.tool)?.spec ?? null,
    tool: step.tool,
    args,
    mode: stricterMode(mode, plan?.document.policy_mode ?? mode),
    gates: step.gates,
    tainted: isTaintedAt(state, path, step),
    at: epochMs(at),
  });
}

/** Whether a step may send or write what no person wrote; what takes an effect back brings its content from a tool. */
export function isTaintedAt({ plan, steps }: RunState, path: string, step: ToolStep): boolean {
  return plan === null || steps.get(path)?.scope !== ROOT || isTainted(plan, step);
}

/** The most this call may use; reserved when it starts, bound when it is approved. */
export function callBudget(call: Call): CallBudget {
  return {
    cost_millicents: call.costMillicents,
    tokens: call.tokens,
    tool_calls: call.tool === PLAN_GATE ? 0 : 1,
    wall_clock_ms: call.timeoutMs,
  };
}

export interface BindingParts {
  readonly approval: string;
  readonly gates: readonly string[];
  readonly argsCommit: string;
  readonly evidence: Binding["evidence"];
  readonly previewCommit: string;
  readonly expiresAtMs: number;
  readonly nonce: string;
  readonly budget: CallBudget;
}

export function bindingOf(state: RunState, call: Call, parts: BindingParts): Binding {
  return {
    type: "writ/approval/v1",
    log: state.rules.log,
    tenant: state.tenant,
    run: state.run,
    plan: state.plan?.id ?? "",
    step: call.path,
    approval: parts.approval,
    plan_commit: state.planPayload?.commit ?? "",
    tool: call.tool,
    tool_hash: call.toolHash,
    args_commit: parts.argsCommit,
    evidence: parts.evidence,
    preview_commit: parts.previewCommit,
    policy_hash: state.rules.policyHash,
    sandbox_hash: state.rules.sandboxHash,
    tier: call.tier,
    gates: parts.gates,
    budget: parts.budget,
    idempotency_key: call.key,
    expires_at_ms: parts.expiresAtMs,
    nonce: parts.nonce,
  };
}

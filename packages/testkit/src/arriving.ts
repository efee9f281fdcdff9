import {
  effectOf,
  gateCall,
  type Actor,
  type Amounts,
  type Answer,
  type FailedEffect,
  type FailureKind,
  type Json,
  type JsonObject,
  type RunInput,
  type RunState,
  type Sealer,
  type Usage,
} from "@writ/core";
import { prepare } from "./build/run.ts";

/** Something that arrives at a run. */
export interface Arriving {
  readonly actor: Actor;
  /** Milliseconds after what arrived before. */
  readonly after: number;
  readonly make: (seal: Sealer, state: RunState) => RunInput;
}

export const ADA: Actor = { kind: "user", id: "usr_ada" };
export const BEN: Actor = { kind: "user", id: "usr_ben" };
export const AGENT: Actor = { kind: "agent", id: "agt_x" };
export const POLICY: Actor = { kind: "policy", id: "policy.self" };
const SYSTEM: Actor = { kind: "system", id: "executor" };

export const NO_USAGE: Usage = { tokens: 0, cost_millicents: 0, wall_clock_ms: 0 };

function arriving(make: Arriving["make"], actor: Actor = SYSTEM): Arriving {
  return { actor, after: 10, make };
}

/** The same, so much later. */
export function later(ms: number, each: Arriving): Arriving {
  return { ...each, after: ms };
}

export interface ReturnedOver {
  readonly attempt?: number;
  readonly undo?: { readonly tool: string; readonly args: JsonObject };
  readonly artifacts?: Json;
  readonly usage?: Partial<Usage>;
}

/** The open attempt of a step answers; `attempt` names another. */
export function returned(step: string, output: Json = { id: "x" }, over: ReturnedOver = {}): Arriving {
  return arriving((seal, state) => ({
    type: "tool_returned",
    step,
    attempt: over.attempt ?? openAttempt(state, step),
    output: seal.json(output),
    artifacts: over.artifacts === undefined ? null : seal.json(over.artifacts),
    undo: over.undo === undefined ? null : { tool: over.undo.tool, args: seal.json(over.undo.args) },
    usage: { ...NO_USAGE, ...over.usage },
  }));
}

export function failed(
  step: string,
  kind: FailureKind,
  over: {
    readonly attempt?: number;
    readonly happened?: FailedEffect;
    readonly jitter?: string;
    readonly usage?: Partial<Usage>;
  } = {},
): Arriving {
  return arriving((seal, state) => ({
    type: "tool_failed",
    step,
    attempt: over.attempt ?? openAttempt(state, step),
    kind,
    happened: over.happened ?? effectOf(kind),
    error: seal.text(kind),
    usage: { ...NO_USAGE, ...over.usage },
    jitter: over.jitter ?? "0.5",
  }));
}

function openAttempt(state: RunState, step: string): number {
  return state.attempts.get(step)?.number ?? 0;
}

const BODY = "01m7xcc2gr4by110kqzwdq5kbq";

/** The name `gateOpened` gives to a step's request. */
export function approvalOf(step: string, round = 1): string {
  const mark = `${step.replaceAll(/[^a-z0-9]/g, "")}${round}`.replaceAll(/[ilou]/g, "z").slice(-6);
  return `apr_${BODY.slice(0, 26 - mark.length)}${mark}`;
}

export interface OpenedOver {
  readonly round?: number;
  readonly args?: Json;
  readonly evidence?: readonly { readonly ref: string; readonly value: Json }[];
  readonly ttl?: number;
}

/** The preview of a step is there. */
export function gateOpened(step: string, over: OpenedOver = {}): Arriving {
  return arriving((seal, state) => {
    const round = over.round ?? state.gates.get(step)?.round ?? 1;
    const evidence = over.evidence ?? [];
    return {
      type: "gate_opened",
      step,
      round,
      approval: approvalOf(step, round),
      args: seal.json(over.args ?? gateCall(state, step)?.args ?? null),
      preview: seal.json({ kind: "arguments", title: step, tool: step, args: "" }),
      evidence: evidence.map(({ ref, value }) => ({ ref, value: seal.json(value) })),
      expires_at_ms: state.now + 10 + (over.ttl ?? 60_000),
      nonce: "00".repeat(32),
    };
  });
}

export function gateFailed(step: string, round = 1): Arriving {
  return arriving((seal) => ({ type: "gate_failed", step, round, kind: "unknown", error: seal.text("no preview") }));
}

function requestAt(state: RunState, step: string) {
  return state.gates.get(step)?.request ?? state.steps.get(step)?.grant ?? null;
}

export function approved(step: string, by: Actor = ADA, bindingHash: string | null = null): Arriving {
  return arriving((_, state) => {
    const request = requestAt(state, step);
    return {
      type: "approve",
      approval: request?.approval ?? "",
      binding_hash: bindingHash ?? request?.bindingHash ?? "",
    };
  }, by);
}

export function denied(step: string, by: Actor = ADA): Arriving {
  return arriving(
    (seal, state) => ({ type: "deny", approval: requestAt(state, step)?.approval ?? "", reason: seal.text("no") }),
    by,
  );
}

export function askedAgain(step: string): Arriving {
  return arriving((_, state) => ({ type: "ask_again", approval: requestAt(state, step)?.approval ?? "" }), ADA);
}

/** @param attempt null where somebody saw it who does not send */
export function moved(step: string, attempt: number | null, field = "evidence"): Arriving {
  return arriving((_, state) => {
    return { type: "evidence_moved", step, attempt, approval: requestAt(state, step)?.approval ?? "", field };
  });
}

/** The process was gone; `through` names an older load. */
export function interrupted(through: number | null = null): Arriving {
  return arriving((_, state) => ({ type: "attempts_interrupted", through: through ?? state.version }));
}

export function probed(step: string, happened: "yes" | "no" | "unknown", attempt: number | null = null): Arriving {
  return arriving((_, state) => {
    return { type: "attempt_probed", step, attempt: attempt ?? openAttempt(state, step), happened };
  });
}

export function resolved(step: string, answer: Answer, attempt: number | null = null): Arriving {
  return arriving((_, state) => {
    return { type: "resolve", step, attempt: attempt ?? state.steps.get(step)?.attempts ?? 0, answer };
  }, ADA);
}

export function timePassed(ms: number): Arriving {
  return later(
    ms,
    arriving(() => ({ type: "time_passed" })),
  );
}

export const paused: Arriving = arriving(() => ({ type: "pause" }), ADA);
export const resumed: Arriving = arriving(() => ({ type: "resume" }), ADA);

/** More of what is named, and nothing more of the rest. */
export function extended(amounts: Partial<Amounts>): Arriving {
  const more = { steps: 0, tool_calls: 0, tokens: 0, cost_millicents: 0, wall_clock_ms: 0, ...amounts };
  return arriving((seal) => ({ type: "extend", amounts: more, reason: seal.text("needed") }), ADA);
}

export const proceeded: Arriving = arriving(() => ({ type: "proceed" }));
export const cancelled: Arriving = arriving((seal) => ({ type: "cancel", reason: seal.text("enough") }), ADA);

/** The planner answers the open request; `version` names another. */
export function planProposed(plan: JsonObject, version: number | null = null): Arriving {
  return arriving((seal, state) => {
    const plan_version = version ?? state.planVersion;
    return {
      type: "plan_proposed",
      plan_version,
      plan: seal.json(prepare(plan, plan_version)),
      answers: [],
      usage: NO_USAGE,
    };
  });
}

export function planFailed(code: string): Arriving {
  return arriving((seal, state) => {
    const error = seal.json([{ code, message: "no plan" }]);
    return { type: "plan_failed", plan_version: state.planVersion, code, error, answers: [], usage: NO_USAGE };
  });
}

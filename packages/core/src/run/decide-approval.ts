import { digestOf, type Digest } from "../base/digest.ts";
import { equalJson, type Json, type JsonObject } from "../base/json.ts";
import type { Actor } from "./actor.ts";
import { firstDifference, type Binding } from "./binding.ts";
import { authorizeCall, bindingOf, callBudget, gateCall, type Call } from "./call.ts";
import { inDoubt } from "./doubt.ts";
import type { JournalEvent } from "./event.ts";
import type { GateOpenedInput, RunInput } from "./input.ts";
import { located, ROOT, WHOLE_PLAN } from "./paths.ts";
import type { Arrival } from "./arrival.ts";
import type { Reason } from "./reason.ts";
import type { Gate, Request, RunState } from "./state.ts";

/** The digest of a binding: what a person's answer names. */
export function bindingHash(state: RunState, binding: Binding): Digest {
  return digestOf(state.rules.hash, bindingJson(binding));
}

function bindingJson(binding: Binding): JsonObject {
  return { ...binding, evidence: binding.evidence.map((each): Json => ({ ...each })), budget: { ...binding.budget } };
}

/** The preview is there: the request is written down, or asked for again if what it was made of has changed meanwhile. */
export function decideGateOpened(state: RunState, input: GateOpenedInput): readonly JournalEvent[] {
  const gate = state.gates.get(input.step);
  const call = gateCall(state, input.step);
  if (gate?.status !== "opening" || gate.round !== input.round || call === null) return [];
  if (!equalJson(call.args, input.args.json())) return [];
  const evidence = input.evidence.toSorted((a, b) => (a.ref < b.ref ? -1 : 1));
  const binding = bindingOf(state, call, {
    approval: input.approval,
    gates: gate.rules,
    argsCommit: input.args.commit,
    evidence: evidence.map(({ ref, value }) => ({ commit: value.commit, ref })),
    previewCommit: input.preview.commit,
    expiresAtMs: input.expires_at_ms,
    nonce: input.nonce,
    budget: callBudget(call),
  });
  return [
    {
      type: "approval_requested",
      step: input.step,
      approval: input.approval,
      binding,
      binding_hash: bindingHash(state, binding),
      args: input.args,
      preview: input.preview,
      evidence,
    },
  ];
}

/** An error while asking is a denial: the step does not run. */
export function decideGateFailed(
  state: RunState,
  input: Extract<RunInput, { type: "gate_failed" }>,
): readonly JournalEvent[] {
  const gate = state.gates.get(input.step);
  if (gate?.status !== "opening" || gate.round !== input.round) return [];
  const reason: Reason = { code: "gate_failed", step: input.step, detail: input.kind };
  if (input.step === WHOLE_PLAN) return [{ type: "run_closing", outcome: "failed", reason, forced: false }];
  return failStep(state, input.step, reason);
}

/** Void, and asked anew with a preview of what is the case now. */
export function decideAskAgain(
  state: RunState,
  input: Extract<RunInput, { type: "ask_again" }>,
): readonly JournalEvent[] {
  const gate = findGate(state, input.approval);
  return gate === null ? [] : [voided(gate, { code: "approval_void", detail: "ask_again" })];
}

/** What was approved is no longer the case. Only who sends a call can say that it was not sent: seen by anybody else, an attempt under way goes on. */
export function decideMoved(
  state: RunState,
  input: Extract<RunInput, { type: "evidence_moved" }>,
): readonly JournalEvent[] {
  const reason: Reason = { code: "evidence_drift", step: input.step, detail: input.field };
  const gate = findGate(state, input.approval);
  if (gate !== null) return [voided(gate, reason)];
  const attempt = state.attempts.get(input.step);
  const grant = state.steps.get(input.step)?.grant ?? null;
  if (attempt === undefined || attempt.number !== input.attempt || grant?.approval !== input.approval) return [];
  return [
    { type: "attempt_abandoned", step: input.step, attempt: attempt.number, reason },
    { type: "approval_voided", step: input.step, approval: grant.approval, binding_hash: grant.bindingHash, reason },
  ];
}

export function decideApprove(
  state: RunState,
  arrival: Arrival,
  input: Extract<RunInput, { type: "approve" }>,
): readonly JournalEvent[] {
  const gate = openGate(state, input.approval);
  if (gate === null || (state.closing !== null && !isUndoing(state, gate.gate))) return [];
  const { request } = gate;
  if (input.binding_hash !== request.bindingHash || !mayGrant(arrival.actor, gate.gate)) return [];
  if (arrival.at >= request.binding.expires_at_ms) return expire(state, gate.gate, request);
  if (gate.gate.votes.includes(arrival.actor.id)) return [];
  const subject = { step: gate.gate.step, approval: request.approval, binding_hash: request.bindingHash };
  const enough = gate.gate.votes.length + 1 >= quorum(state, gate.gate);
  if (!enough) return [{ type: "approval_voted", ...subject }];
  const granted: JournalEvent = { type: "approval_granted", ...subject };
  return gate.gate.step === WHOLE_PLAN ? [granted, { type: "scope_opened", scope: ROOT }] : [granted];
}

/** People grant, and the policy where the gate is its own; an agent or a program never does (R5). */
function mayGrant(actor: Actor, gate: Gate): boolean {
  return actor.kind === "user" || (actor.kind === "policy" && gate.approver === "policy");
}

/** After a denial nothing new starts and the run ends as rejected; while undoing only the step fails, because the outcome is written. */
export function decideDeny(
  state: RunState,
  arrival: Arrival,
  input: Extract<RunInput, { type: "deny" }>,
): readonly JournalEvent[] {
  const gate = openGate(state, input.approval);
  if (gate === null) return [];
  const { request } = gate;
  if (arrival.at >= request.binding.expires_at_ms) return expire(state, gate.gate, request);
  const denied: JournalEvent = {
    type: "approval_denied",
    step: gate.gate.step,
    approval: request.approval,
    binding_hash: request.bindingHash,
    reason: input.reason,
  };
  const reason: Reason = { code: "approval_denied", step: gate.gate.step };
  if (state.closing !== null) return [denied, ...failStep(state, gate.gate.step, reason)];
  return [denied, { type: "run_closing", outcome: "rejected", reason, forced: false }];
}

/** Nobody answered: denied by time. */
export function expire(state: RunState, gate: Gate, request: Request): readonly JournalEvent[] {
  const expired: JournalEvent = {
    type: "approval_expired",
    step: gate.step,
    approval: request.approval,
    binding_hash: request.bindingHash,
  };
  const reason: Reason = { code: "approval_expired", step: gate.step };
  if (state.closing !== null) return [expired, ...failStep(state, gate.step, reason)];
  return [expired, { type: "run_closing", outcome: "expired", reason, forced: false }];
}

/** @param reason why the request or the grant no longer holds; the step is asked again */
export function voided(gate: Gate, reason: Reason): JournalEvent {
  const request = gate.request;
  return {
    type: "approval_voided",
    step: gate.step,
    approval: request?.approval ?? "",
    binding_hash: request?.bindingHash ?? "",
    reason,
  };
}

/**
 * The field in which a grant no longer fits what would be sent now; null when it fits.
 * Expiry and nonce stand nowhere else: a change of theirs shows as `binding_hash`.
 */
export function driftOf(state: RunState, path: string, grant: Request): keyof Binding | "binding_hash" | null {
  const call = gateCall(state, path);
  if (call === null) return "step";
  const sameArgs = equalJson(call.args, grant.args.json());
  const now = bindingOf(state, call, {
    approval: grant.approval,
    gates: rulesAsking(state, path, call) ?? grant.binding.gates,
    argsCommit: sameArgs ? grant.args.commit : "",
    evidence: grant.evidence.map(({ ref, value }) => ({ commit: value.commit, ref })),
    previewCommit: grant.preview.commit,
    expiresAtMs: grant.binding.expires_at_ms,
    nonce: grant.binding.nonce,
    budget: callBudget(call),
  });
  const field = firstDifference(grant.binding, now);
  return field ?? (bindingHash(state, now) === grant.bindingHash ? null : "binding_hash");
}

/** The rules that ask about a tool's call as it stands; null where the plan alone asks. */
function rulesAsking(state: RunState, path: string, call: Call): readonly string[] | null {
  const step = located(state, path)?.step;
  return step?.kind === "tool" ? authorizeCall(state, path, step, call.args, state.now).rules : null;
}

function findGate(state: RunState, approval: string): Gate | null {
  return state.gates.get(state.requests.get(approval) ?? "") ?? null;
}

function openGate(state: RunState, approval: string): { readonly gate: Gate; readonly request: Request } | null {
  const gate = findGate(state, approval);
  return gate?.status === "open" && gate.request !== null ? { gate, request: gate.request } : null;
}

function isUndoing(state: RunState, gate: Gate): boolean {
  return state.steps.get(gate.step)?.scope === "undo";
}

function quorum(state: RunState, gate: Gate): number {
  const asked = state.rules.policy.gates.filter((each) => gate.rules.includes(each.id)).map((each) => each.quorum);
  return Math.max(1, ...asked);
}

/** A step that is not sent, or not again: then a call of it may have happened, and a person must say. */
export function failStep(state: RunState, path: string, reason: Reason): readonly JournalEvent[] {
  const found = located(state, path);
  if (state.unsure.has(path)) return [inDoubt(path, found?.at.attempts ?? 0)];
  return found === null ? [] : [{ type: "step_settled", step: path, outcome: "failed", output: null, reason }];
}

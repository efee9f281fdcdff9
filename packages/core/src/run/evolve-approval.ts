import { effectKey } from "./effect.ts";
import type { JournalEvent } from "./event.ts";
import { makeReady, removeGate } from "./evolve-step.ts";
import { WHOLE_PLAN } from "./paths.ts";
import type { Gate, RunState } from "./state.ts";

type Fact = Extract<
  JournalEvent,
  {
    type:
      | "gate_wanted"
      | "approval_requested"
      | "approval_voted"
      | "approval_granted"
      | "approval_denied"
      | "approval_expired"
      | "approval_voided";
  }
>;

export function evolveApproval(state: RunState, fact: Fact): void {
  if (fact.type === "gate_wanted") return want(state, fact);
  const gate = state.gates.get(fact.step);
  if (fact.type === "approval_voided" && gate === undefined) return revoke(state, fact.step);
  if (gate === undefined) return;
  switch (fact.type) {
    case "approval_requested":
      return open(state, gate, fact);
    case "approval_voted":
      gate.votes.push(state.actor.id);
      return record(state, gate, "approved");
    case "approval_granted":
      record(state, gate, "approved");
      return grant(state, gate);
    case "approval_denied":
      record(state, gate, "denied");
      return drop(state, gate);
    case "approval_expired":
      record(state, gate, "expired");
      return drop(state, gate);
    case "approval_voided":
      return drop(state, gate);
  }
}

function want(state: RunState, fact: Extract<Fact, { type: "gate_wanted" }>): void {
  const step = state.steps.get(fact.step);
  if (step !== undefined) {
    step.status = "gating";
    step.rounds = fact.round;
  }
  if (fact.step === WHOLE_PLAN) state.planGateRounds = fact.round;
  state.ready.delete(fact.step);
  state.opening += 1;
  state.gates.set(fact.step, {
    step: fact.step,
    round: fact.round,
    rules: fact.rules,
    approver: fact.approver,
    status: "opening",
    request: null,
    votes: [],
  });
  state.work.set(effectKey.gate(fact.step, fact.round), { type: "open_gate", step: fact.step, round: fact.round });
}

function open(state: RunState, gate: Gate, fact: Extract<Fact, { type: "approval_requested" }>): void {
  state.opening -= 1;
  state.work.delete(effectKey.gate(gate.step, gate.round));
  gate.status = "open";
  state.requests.set(fact.approval, gate.step);
  gate.request = {
    approval: fact.approval,
    binding: fact.binding,
    bindingHash: fact.binding_hash,
    args: fact.args,
    preview: fact.preview,
    evidence: fact.evidence,
    requestedAt: state.now,
  };
  state.timers.set(`gate:${gate.step}`, fact.binding.expires_at_ms);
  if (gate.approver === "policy") {
    state.work.set(effectKey.self(fact.approval), {
      type: "approve_by_policy",
      step: gate.step,
      approval: fact.approval,
    });
  }
}

function grant(state: RunState, gate: Gate): void {
  gate.status = "granted";
  state.timers.clear(`gate:${gate.step}`);
  if (gate.request !== null) state.work.delete(effectKey.self(gate.request.approval));
  again(state, gate.step);
}

/** The gate is over without a grant: its step is asked for anew, if it is entered at all. */
function drop(state: RunState, gate: Gate): void {
  removeGate(state, gate);
  again(state, gate.step);
}

/** Ready to be entered anew: with the grant, or to be asked again. */
function again(state: RunState, path: string): void {
  const step = state.steps.get(path);
  if (step?.status === "gating") makeReady(state, step);
}

/** A grant that was in use is void: the next attempt asks again. */
function revoke(state: RunState, path: string): void {
  const step = state.steps.get(path);
  if (step !== undefined) step.grant = null;
}

function record(state: RunState, gate: Gate, decision: string): void {
  if (gate.request === null) return;
  state.tally.approvals.push({
    approval: gate.request.approval,
    binding_hash: gate.request.bindingHash,
    decision,
    actor: decision === "expired" ? "system" : state.actor.id,
    decided_at_ms: state.now,
  });
}

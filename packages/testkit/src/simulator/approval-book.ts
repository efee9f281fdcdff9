import type { Actor, Binding, JournalEvent, Payload, RunState } from "@writ/core";
import { policyMayGrant } from "./catalogue.ts";
import type { Premises } from "./premises.ts";
import { demand } from "./violation.ts";

/** The entry a fact stands in. */
export interface Entered {
  readonly version: number;
  readonly at: number;
  readonly actor: Actor;
}

/** One request, as the facts tell its story. */
export interface BookedApproval {
  readonly binding: Binding;
  readonly bindingHash: string;
  readonly args: Payload;
  readonly voters: Set<string>;
  status: "open" | "granted" | "over";
  grantedAt: number | null;
  /** The logical call that used it. */
  usedBy: string | null;
}

/** Every approval of a run from its request to its use, kept apart from the engine's own gates. */
export class ApprovalBook {
  readonly #book = new Map<string, BookedApproval>();

  get(approval: string): BookedApproval | undefined {
    return this.#book.get(approval);
  }

  note(fact: JournalEvent, { at, actor }: Entered): void {
    if (fact.type === "approval_requested") {
      const { binding, binding_hash: bindingHash, args } = fact;
      this.#book.set(fact.approval, {
        binding,
        bindingHash,
        args,
        voters: new Set(),
        status: "open",
        grantedAt: null,
        usedBy: null,
      });
    }
    const booked = this.#book.get(approvalOf(fact));
    if (booked === undefined) return;
    if (fact.type === "approval_voted" || fact.type === "approval_granted") booked.voters.add(actor.id);
    if (fact.type === "approval_granted") booked.grantedAt = at;
    if (fact.type === "approval_granted") booked.status = "granted";
    if (fact.type === "approval_denied" || fact.type === "approval_expired" || fact.type === "approval_voided")
      booked.status = "over";
    if (fact.type === "step_started") booked.usedBy ??= fact.tool_call;
  }

  /** @throws Violation for a vote that must not count */
  checkVote(
    state: RunState,
    fact: Extract<JournalEvent, { type: "approval_voted" | "approval_granted" }>,
    { at, actor }: Entered,
    premises: Premises,
  ): void {
    const booked = this.#book.get(fact.approval);
    demand(
      booked !== undefined && booked.status === "open",
      "grant_open",
      () => `${fact.type} of ${fact.approval}, which is ${booked?.status ?? "unknown"}`,
    );
    if (booked === undefined) return;
    const { binding, voters } = booked;
    demand(
      booked.bindingHash === fact.binding_hash,
      "grant_binding",
      () => `${fact.approval} was granted under another hash`,
    );
    demand(
      at < binding.expires_at_ms,
      "grant_unexpired",
      () => `${fact.approval} was granted ${at - binding.expires_at_ms} ms after its expiry`,
    );
    const isPolicys = policyMayGrant(binding.tool, modeOf(state), plannedGates(binding));
    demand(
      actor.kind === "user" || (actor.kind === "policy" && isPolicys),
      "grant_by_person",
      () => `${fact.approval} was granted by a ${actor.kind}`,
    );
    demand(!voters.has(actor.id), "grant_quorum", () => `${actor.id} counts twice for ${fact.approval}`);
    if (fact.type === "approval_voted") return;
    const quorum = quorumOf(state, binding);
    demand(
      voters.size + 1 >= quorum,
      "grant_quorum",
      () => `${fact.approval} needs ${quorum} people and has ${voters.size + 1}`,
    );
    if (quorum > 1) premises.count("grants by two people");
  }
}

function approvalOf(fact: JournalEvent): string {
  if ("approval" in fact) return fact.approval;
  return fact.type === "step_started" && "approval" in fact.authority ? fact.authority.approval : "";
}

/** The mode that decides: the stricter of the run's and its plan's. */
export function modeOf(state: RunState): "constrained" | "autonomous" {
  const isFree =
    state.settings?.mode === "autonomous" && (state.plan?.document.policy_mode ?? "autonomous") === "autonomous";
  return isFree ? "autonomous" : "constrained";
}

function plannedGates(binding: Binding): readonly string[] {
  return binding.gates.filter((gate) => gate.startsWith("GATE_"));
}

function quorumOf(state: RunState, binding: Binding): number {
  return Math.max(
    1,
    ...state.rules.policy.gates.filter(({ id }) => binding.gates.includes(id)).map(({ quorum }) => quorum),
  );
}

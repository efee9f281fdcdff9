import { isJsonObject } from "../base/json.ts";
import type { Payload } from "../base/payload.ts";
import type { Entry } from "../journal/entry.ts";
import type { ApprovalView } from "../journal/stored-entry.ts";
import type { JournalEvent } from "../run/event.ts";

/** The approvals of one run as lists show them, folded from its facts. Forgets one once it is over. */
export class ApprovalViews {
  readonly #open = new Map<string, ApprovalView>();

  /** The rows an entry changes. */
  observe(entry: Pick<Entry, "run" | "at" | "actor" | "facts">): readonly ApprovalView[] {
    const changed = new Map<string, ApprovalView>();
    for (const fact of entry.facts) {
      const view = this.#changed(entry, fact);
      if (view !== null) changed.set(view.approval_id, view);
    }
    return [...changed.values()];
  }

  #changed(entry: Pick<Entry, "run" | "at" | "actor">, fact: JournalEvent): ApprovalView | null {
    switch (fact.type) {
      case "approval_requested":
        return this.#keep(requested(entry.run, entry.at, fact));
      case "approval_granted":
        return this.#decide(fact.approval, { status: "granted", decided_at_ms: entry.at, decided_by: entry.actor.id });
      case "approval_denied":
        return this.#decide(fact.approval, {
          status: "denied",
          decided_at_ms: entry.at,
          decided_by: entry.actor.id,
          reason: textOf(fact.reason),
        });
      case "approval_expired":
        return this.#decide(fact.approval, { status: "expired", decided_at_ms: entry.at });
      case "approval_voided":
        return this.#decide(fact.approval, {
          status: fact.reason.code === "run_closing" ? "cancelled" : "voided",
          reason: fact.reason.detail ?? fact.reason.code,
        });
      case "step_started":
        return "approval" in fact.authority ? this.#decide(fact.authority.approval, { status: "used" }) : null;
      default:
        return null;
    }
  }

  #keep(view: ApprovalView): ApprovalView {
    this.#open.set(view.approval_id, view);
    return view;
  }

  #decide(approval: string, change: Partial<ApprovalView>): ApprovalView | null {
    const before = this.#open.get(approval);
    return before === undefined ? null : this.#keep({ ...before, ...change });
  }
}

function requested(run: string, at: number, fact: Extract<JournalEvent, { type: "approval_requested" }>): ApprovalView {
  const { binding } = fact;
  return {
    approval_id: fact.approval,
    run_id: run,
    step: fact.step,
    status: "waiting",
    tool: binding.tool,
    tier: binding.tier,
    gates: binding.gates,
    title: titleOf(fact.preview),
    binding_hash: fact.binding_hash,
    requested_at_ms: at,
    expires_at_ms: binding.expires_at_ms,
    decided_at_ms: null,
    decided_by: null,
    reason: null,
  };
}

function titleOf(preview: Payload): string | null {
  if (preview.isErased) return null;
  const value = preview.json();
  const title = isJsonObject(value) ? value["title"] : undefined;
  return typeof title === "string" ? title : null;
}

function textOf(reason: Payload): string | null {
  return reason.isErased ? null : reason.text();
}

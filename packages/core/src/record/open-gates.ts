import type { BareFact, EntryFacts } from "../journal/entry-facts.ts";
import type { Counting } from "./figures.ts";
import { tierOf, type LabelsOf, type Tier } from "./measures.ts";

interface Asked {
  readonly step: string;
  readonly tier: Tier;
  readonly at: number;
  isGranted: boolean;
}

type Decision = LabelsOf<"approvals">["decision"];

/** The requests of one run from when they are made until nothing rests on them: each decision is counted once. */
export class OpenGates {
  readonly #asked = new Map<string, Asked>();

  /** Requests that wait. */
  get open(): number {
    let open = 0;
    for (const { isGranted } of this.#asked.values()) if (!isGranted) open += 1;
    return open;
  }

  note({ at, actor }: Pick<EntryFacts, "at" | "actor">, fact: BareFact, count: Counting): void {
    switch (fact.type) {
      case "approval_requested":
        this.#asked.set(fact.approval, { step: fact.step, tier: tierOf(fact.binding.tier), at, isGranted: false });
        return;
      case "approval_granted":
        return this.#granted(fact.approval, at, actor.kind === "policy" ? "permitted" : "granted", count);
      case "approval_denied":
        return this.#over(fact.approval, "denied", at, count);
      case "approval_expired":
        return this.#over(fact.approval, "expired", null, count);
      case "approval_voided":
        return this.#voided(fact.approval, fact.reason.code === "run_closing" ? "cancelled" : "voided", count);
      case "step_settled":
        return this.#forget(fact.step);
      default:
        return;
    }
  }

  #granted(approval: string, at: number, decision: "granted" | "permitted", count: Counting): void {
    const asked = this.#asked.get(approval);
    if (asked === undefined) return;
    asked.isGranted = true;
    count.add("approvals", { decision, tier: asked.tier });
    if (decision === "granted") count.time("approval_latency", { tier: asked.tier }, at - asked.at);
  }

  /** @param answeredAt null where nobody answered */
  #over(approval: string, decision: Decision, answeredAt: number | null, count: Counting): void {
    const asked = this.#asked.get(approval);
    if (asked === undefined) return;
    this.#asked.delete(approval);
    count.add("approvals", { decision, tier: asked.tier });
    if (answeredAt !== null) count.time("approval_latency", { tier: asked.tier }, answeredAt - asked.at);
  }

  #voided(approval: string, decision: "voided" | "cancelled", count: Counting): void {
    this.#over(approval, this.#asked.get(approval)?.isGranted === true ? "revoked" : decision, null, count);
  }

  /** Nothing rests on a grant of a step that is settled. */
  #forget(step: string): void {
    for (const [approval, asked] of this.#asked) if (asked.step === step) this.#asked.delete(approval);
  }
}

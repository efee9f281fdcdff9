import type { BareFact, EntryFacts } from "../journal/entry-facts.ts";
import type { RunStatus } from "../run/statuses.ts";
import { OpenGates } from "./open-gates.ts";
import type { Counting } from "./figures.ts";
import { dimensionOf, type TierOfTool } from "./measures.ts";
import { StepMeasures } from "./step-measures.ts";

/** What has to be remembered of a run that is not ended, so that its next facts can be counted. */
export class RunMeasures {
  readonly #steps: StepMeasures;
  readonly #gates = new OpenGates();
  readonly #startedAt: number;
  #isPlanning = true;
  #hold: string | null = null;
  #outcome: RunStatus | null = null;

  constructor(startedAt: number, tierOf: TierOfTool) {
    this.#startedAt = startedAt;
    this.#steps = new StepMeasures(tierOf);
  }

  /** The same word that `runStatus` finds in the whole state. */
  get status(): RunStatus {
    if (this.#outcome !== null) return this.#outcome;
    if (this.#steps.open > 0) return "in_progress";
    if (this.#steps.doubts > 0) return "in_doubt";
    if (this.#hold === "planned") return "planned";
    if (this.#hold !== null && !this.#isPlanning) return "paused";
    if (this.#steps.reviews > 0) return "paused";
    return this.#gates.open > 0 ? "awaiting_gate" : "in_progress";
  }

  /** Requests a person or the policy has not answered. */
  get waiting(): number {
    return this.#gates.open;
  }

  note(entry: Pick<EntryFacts, "at" | "actor">, fact: BareFact, count: Counting): void {
    this.#steps.note(fact, count);
    this.#gates.note(entry, fact, count);
    switch (fact.type) {
      case "run_started":
        count.add("runs_started", {});
        if (!fact.settings.begin) this.#hold = "planned";
        return;
      case "plan_requested":
        this.#isPlanning = true;
        if (fact.reason !== null && fact.reason.code !== "plan_refused") count.add("replans", {});
        return;
      case "plan_verified":
        this.#isPlanning = false;
        return count.add("plan_verifications", { result: "ok" });
      case "plan_rejected":
        return count.add("plan_verifications", { result: fact.plan === null ? "none" : "refused" });
      case "run_held":
        this.#hold = fact.reason.code;
        if (fact.reason.code === "budget_exhausted")
          count.add("budget_exhausted", { dimension: dimensionOf(fact.reason.detail) });
        return;
      case "run_released":
        this.#hold = null;
        return;
      case "run_closing":
        this.#hold = null;
        // Where a step is named, its verdict was counted.
        if (fact.reason?.code === "replan_budget_exhausted" && fact.reason.step === undefined)
          count.add("budget_exhausted", { dimension: "replans" });
        return;
      case "run_ended":
        this.#outcome = fact.outcome;
        count.add("runs_ended", { outcome: fact.outcome });
        if (fact.outcome === "completed") count.time("time_to_safe_completion", {}, entry.at - this.#startedAt);
        return;
      default:
        return;
    }
  }
}

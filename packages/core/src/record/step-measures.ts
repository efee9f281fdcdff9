import type { BareFact } from "../journal/entry-facts.ts";
import { UNDO } from "../run/paths.ts";
import type { Counting } from "./figures.ts";
import { tierOf, type LabelsOf, type TierOfTool } from "./measures.ts";
import { OpenSteps } from "./open-steps.ts";

type Outcome = LabelsOf<"tool_attempts">["outcome"];
type Verdict = Extract<BareFact, { type: "verdict_rendered" }>;

/** The steps of one run that are not settled, and what their facts count for. */
export class StepMeasures {
  readonly #tierOf: TierOfTool;
  readonly #steps = new OpenSteps();

  constructor(tierOf: TierOfTool) {
    this.#tierOf = tierOf;
  }

  /** Attempts under way. */
  get open(): number {
    return this.#steps.underWay;
  }

  get doubts(): number {
    return this.#steps.doubts;
  }

  get reviews(): number {
    return this.#steps.reviews;
  }

  note(fact: BareFact, count: Counting): void {
    switch (fact.type) {
      case "approval_requested":
        return this.#steps.change(fact.step, { tier: tierOf(fact.binding.tier) });
      case "step_started":
        this.#steps.change(fact.step, {
          tool: fact.tool,
          tier: this.#tierOf(fact.tool),
          isSent: true,
          last: "under_way",
          stands: "working",
        });
        return;
      case "attempt_returned":
        return this.#over(fact.step, "returned", count);
      case "attempt_failed":
        count.add("step_errors", { step_type: this.#steps.at(fact.step).tier });
        return this.#over(fact.step, "failed", count);
      case "attempt_abandoned":
        return this.#over(fact.step, "abandoned", count);
      case "step_in_doubt":
        this.#over(fact.step, "in_doubt", count);
        return this.#steps.change(fact.step, { stands: "in_doubt", hasFailed: true });
      case "doubt_resolved":
        this.#over(fact.step, "probed", count);
        return this.#steps.change(fact.step, { stands: "working" });
      case "review_resolved":
        return this.#steps.change(fact.step, { stands: "working" });
      case "verdict_rendered":
        return this.#judged(fact, count);
      case "step_settled":
        return this.#settled(fact.step, fact.outcome, fact.reason?.code ?? null, count);
      case "plan_requested":
      case "run_closing":
        return this.#givenUp(count);
      default:
        return;
    }
  }

  /** An attempt that is under way ends; one that is over ends no second time. */
  #over(step: string, outcome: Outcome, count: Counting): void {
    const { tool, last, hasFailed } = this.#steps.at(step);
    if (tool === null || last !== "under_way") return;
    count.add("tool_attempts", { tool, outcome });
    this.#steps.change(step, {
      last: outcome === "returned" ? "returned" : "gone_wrong",
      hasFailed: hasFailed || outcome === "failed",
    });
  }

  #judged(fact: Verdict, count: Counting): void {
    const tier = fact.step === null ? "unknown" : this.#steps.at(fact.step).tier;
    if (fact.verdict === "escalate") count.add("escalations", { tier });
    if (fact.reason?.code === "retry_budget_exhausted") count.add("budget_exhausted", { dimension: "retries" });
    if (fact.reason?.code === "replan_budget_exhausted") count.add("budget_exhausted", { dimension: "replans" });
    if (fact.step === null || fact.outcome === "held") return;
    if (fact.verdict !== "accept") this.#refused(fact.step, count);
    switch (fact.outcome) {
      case "waiting":
        return count.add("retries", {});
      case "review":
        return this.#steps.change(fact.step, { stands: "review" });
      case "succeeded":
        return this.#end(fact.step, "completed", count);
      case "failed":
      case "replanning":
        return this.#end(fact.step, "failed", count);
    }
  }

  /** An answer that was not what it should be is an error as a failed attempt is, which was counted when it failed. */
  #refused(step: string, count: Counting): void {
    const { isSent, last, tier } = this.#steps.at(step);
    if (!isSent) count.add("step_errors", { step_type: "not_sent" });
    if (last === "returned") count.add("step_errors", { step_type: tier });
    this.#steps.change(step, { hasFailed: true });
  }

  #settled(
    step: string,
    outcome: Extract<BareFact, { type: "step_settled" }>["outcome"],
    code: string | null,
    count: Counting,
  ): void {
    if (outcome === "failed" && !this.#steps.at(step).isSent)
      count.add("step_errors", { step_type: code === "check_failed" ? "check" : "not_sent" });
    this.#end(step, outcome === "succeeded" ? "completed" : outcome, count);
  }

  #end(step: string, result: "completed" | "failed" | "skipped" | "blocked", count: Counting): void {
    const { hasFailed } = this.#steps.at(step);
    const isUndo = step.startsWith(`${UNDO}/`);
    count.add("steps", { result: isUndo && result === "completed" ? "compensated" : result });
    if (result === "completed" && hasFailed) count.add("recoveries", {});
    this.#steps.forget(step);
  }

  /** What was to be looked at by a person failed once nobody will: another plan comes, or the run ends. */
  #givenUp(count: Counting): void {
    for (const step of this.#steps.inReview()) this.#end(step, "failed", count);
  }
}

import type { BareFact } from "../journal/entry-facts.ts";
import { UNDO } from "../run/paths.ts";
import type { Counting } from "./figures.ts";
import { tierOf, type LabelsOf, type Tier, type TierOfTool } from "./measures.ts";

/** What is remembered of a step until it is settled. */
interface Open {
  readonly tier: Tier;
  /** The tool of the attempt that is under way, or of the last one. */
  readonly tool: string | null;
  readonly isSent: boolean;
  readonly last: "none" | "under_way" | "returned" | "gone_wrong";
  /** Some attempt failed, or its answer was refused. */
  readonly hasFailed: boolean;
  readonly stands: "working" | "review" | "in_doubt";
}

const NEW: Open = { tier: "unknown", tool: null, isSent: false, last: "none", hasFailed: false, stands: "working" };

type Outcome = LabelsOf<"tool_attempts">["outcome"];
type Verdict = Extract<BareFact, { type: "verdict_rendered" }>;

/** The steps of one run that are not settled, and what their facts count for. */
export class StepMeasures {
  readonly #tierOf: TierOfTool;
  readonly #steps = new Map<string, Open>();
  #open = 0;
  #doubts = 0;
  #reviews = 0;

  constructor(tierOf: TierOfTool) {
    this.#tierOf = tierOf;
  }

  /** Attempts under way. */
  get open(): number {
    return this.#open;
  }

  get doubts(): number {
    return this.#doubts;
  }

  get reviews(): number {
    return this.#reviews;
  }

  note(fact: BareFact, count: Counting): void {
    switch (fact.type) {
      case "approval_requested":
        return this.#change(fact.step, { tier: tierOf(fact.binding.tier) });
      case "step_started":
        this.#change(fact.step, {
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
        count.add("step_errors", { step_type: this.#at(fact.step).tier });
        return this.#over(fact.step, "failed", count);
      case "attempt_abandoned":
        return this.#over(fact.step, "abandoned", count);
      case "step_in_doubt":
        this.#over(fact.step, "in_doubt", count);
        return this.#change(fact.step, { stands: "in_doubt", hasFailed: true });
      case "doubt_resolved":
        this.#over(fact.step, "probed", count);
        return this.#change(fact.step, { stands: "working" });
      case "review_resolved":
        return this.#change(fact.step, { stands: "working" });
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

  #at(step: string): Open {
    return this.#steps.get(step) ?? NEW;
  }

  #change(step: string, change: Partial<Open>): void {
    const before = this.#at(step);
    const after = { ...before, ...change };
    this.#tally(before, -1);
    this.#tally(after, 1);
    this.#steps.set(step, after);
  }

  #tally({ last, stands }: Open, by: 1 | -1): void {
    if (last === "under_way") this.#open += by;
    if (stands === "in_doubt") this.#doubts += by;
    if (stands === "review") this.#reviews += by;
  }

  /** An attempt that is under way ends; one that is over ends no second time. */
  #over(step: string, outcome: Outcome, count: Counting): void {
    const { tool, last, hasFailed } = this.#at(step);
    if (tool === null || last !== "under_way") return;
    count.add("tool_attempts", { tool, outcome });
    this.#change(step, {
      last: outcome === "returned" ? "returned" : "gone_wrong",
      hasFailed: hasFailed || outcome === "failed",
    });
  }

  #judged(fact: Verdict, count: Counting): void {
    const step = fact.step === null ? NEW : this.#at(fact.step);
    if (fact.verdict === "escalate") count.add("escalations", { tier: step.tier });
    if (fact.reason?.code === "retry_budget_exhausted") count.add("budget_exhausted", { dimension: "retries" });
    if (fact.reason?.code === "replan_budget_exhausted") count.add("budget_exhausted", { dimension: "replans" });
    if (fact.step === null || fact.outcome === "held") return;
    if (fact.verdict !== "accept") this.#refused(fact.step, count);
    switch (fact.outcome) {
      case "waiting":
        return count.add("retries", {});
      case "review":
        return this.#change(fact.step, { stands: "review" });
      case "succeeded":
        return this.#end(fact.step, "completed", count);
      case "failed":
      case "replanning":
        return this.#end(fact.step, "failed", count);
    }
  }

  /** An answer that was not what it should be is an error as a failed attempt is, which was counted when it failed. */
  #refused(step: string, count: Counting): void {
    const { isSent, last, tier } = this.#at(step);
    if (!isSent) count.add("step_errors", { step_type: "not_sent" });
    if (last === "returned") count.add("step_errors", { step_type: tier });
    this.#change(step, { hasFailed: true });
  }

  #settled(
    step: string,
    outcome: Extract<BareFact, { type: "step_settled" }>["outcome"],
    code: string | null,
    count: Counting,
  ): void {
    if (outcome === "failed" && !this.#at(step).isSent)
      count.add("step_errors", { step_type: code === "check_failed" ? "check" : "not_sent" });
    this.#end(step, outcome === "succeeded" ? "completed" : outcome, count);
  }

  #end(step: string, result: "completed" | "failed" | "skipped" | "blocked", count: Counting): void {
    const { hasFailed } = this.#at(step);
    const isUndo = step.startsWith(`${UNDO}/`);
    count.add("steps", { result: isUndo && result === "completed" ? "compensated" : result });
    if (result === "completed" && hasFailed) count.add("recoveries", {});
    this.#tally(this.#at(step), -1);
    this.#steps.delete(step);
  }

  /** What was to be looked at by a person failed once nobody will: another plan comes, or the run ends. */
  #givenUp(count: Counting): void {
    for (const [step, { stands }] of this.#steps) if (stands === "review") this.#end(step, "failed", count);
  }
}

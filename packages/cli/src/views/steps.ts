import { epochMs, stepFailure, stepStatus, type Entry, type RunState } from "@writ/core";
import { codeWords } from "@writ/core/text/reason-words";
import { stepDetail } from "../step-detail.ts";
import type { RunDisplay } from "../terminal/live-run.ts";
import type { StepRowView } from "../terminal/view.ts";
import { toolAt } from "./tool-at.ts";

/** Rows of a plan before anything ran. */
export function plannedRows(state: RunState): readonly StepRowView[] {
  return (state.plan?.block.steps ?? []).map((step) => ({
    name: step.id,
    state: "pending",
    detail: step.needs.length === 0 ? "" : `after ${step.needs.join(", ")}`,
    tookMs: null,
  }));
}

/** Turns the entries of a run into rows that change. */
export class StepRows {
  readonly #startedAt = new Map<string, number>();
  readonly #details = new Map<string, string>();
  /** How each failed last, in the words of its tool. */
  readonly #failures = new Map<string, string>();
  readonly #worked = new Map<string, number>();

  /** Shows every step that an entry touched, as it is after it. */
  show(display: RunDisplay, entry: Pick<Entry, "at" | "input" | "facts">, state: RunState): void {
    const touched = new Set<string>();
    for (const fact of entry.facts) {
      if (!("step" in fact) || fact.step === null || fact.step === "*") continue;
      touched.add(fact.step);
      if (fact.type === "step_started") this.#startedAt.set(fact.step, entry.at);
      if (fact.type === "attempt_returned" || fact.type === "attempt_failed") this.#ended(fact.step, entry.at);
      if (fact.type === "attempt_returned" && !fact.output.isErased)
        this.#details.set(fact.step, stepDetail(toolAt(state, fact.step), fact.output.json()));
      if (fact.type === "verdict_rendered" && fact.outcome === "waiting")
        this.#details.set(fact.step, `retry ${state.steps.get(fact.step)?.retries ?? 1}: ${fact.reason?.code ?? ""}`);
      if (fact.type === "step_settled" && fact.reason !== null)
        this.#details.set(fact.step, codeWords(fact.reason.code));
      const failure = stepFailure(fact, entry);
      if (failure !== null && !failure.isErased) this.#failures.set(fact.step, failure.text());
    }
    for (const path of touched) display.update(this.row(state, path), epochMs(entry.at));
  }

  row(state: RunState, path: string): StepRowView {
    const step = state.steps.get(path) ?? null;
    const status = stepStatus(state, step);
    const isWaiting = status === "awaiting_gate";
    return {
      name: path,
      state: status,
      detail: isWaiting ? "waits for you" : this.#detail(path, status),
      tookMs: status === "running" ? this.#since(path, state.now) : isWaiting ? null : (this.#worked.get(path) ?? null),
    };
  }

  #detail(path: string, status: string): string {
    const failure = status === "failed" ? this.#failures.get(path) : undefined;
    return failure ?? this.#details.get(path) ?? "";
  }

  #ended(path: string, at: number): void {
    this.#worked.set(path, (this.#worked.get(path) ?? 0) + at - (this.#startedAt.get(path) ?? at));
  }

  #since(path: string, now: number): number {
    return Math.max(0, now - (this.#startedAt.get(path) ?? now));
  }
}

import { epochMs, toRfc3339 } from "../base/time.ts";
import type { Entry } from "../journal/entry.ts";
import type { JournalEvent } from "../run/event.ts";

/** One step over its life: when it started, how often it was sent, how it was judged. */
export interface StepHistory {
  readonly path: string;
  readonly tool: string | null;
  readonly attempts: readonly AttemptHistory[];
  readonly verdict: string | null;
  readonly scores: Readonly<Record<string, string>>;
  readonly reason: string | null;
}

export interface AttemptHistory {
  readonly number: number;
  /** RFC 3339. */
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly outcome: "returned" | "failed" | "abandoned" | "in_doubt" | "open";
  readonly detail: string | null;
  readonly authority: string;
}

interface Drafted {
  readonly path: string;
  tool: string | null;
  readonly attempts: AttemptHistory[];
  verdict: string | null;
  scores: Readonly<Record<string, string>>;
  reason: string | null;
}

/** The steps of a run in the order they were first touched. */
export function stepHistories(entries: readonly Pick<Entry, "at" | "facts">[]): readonly StepHistory[] {
  const steps = new Map<string, Drafted>();
  for (const { at, facts } of entries) for (const fact of facts) note(steps, at, fact);
  return [...steps.values()];
}

function note(steps: Map<string, Drafted>, at: number, fact: JournalEvent): void {
  if (!("step" in fact) || fact.step === null) return;
  const step = steps.get(fact.step) ?? {
    path: fact.step,
    tool: null,
    attempts: [],
    verdict: null,
    scores: {},
    reason: null,
  };
  steps.set(fact.step, step);
  switch (fact.type) {
    case "step_started":
      step.tool = fact.tool;
      step.attempts.push({
        number: fact.attempt,
        started_at: toRfc3339(epochMs(at)),
        ended_at: null,
        outcome: "open",
        detail: null,
        authority: "approval" in fact.authority ? fact.authority.approval : fact.authority.rules.join(", "),
      });
      return;
    case "attempt_returned":
      return end(step, at, "returned", null);
    case "attempt_failed":
      return end(step, at, "failed", fact.kind);
    case "attempt_abandoned":
      return end(step, at, "abandoned", fact.reason.code);
    case "step_in_doubt":
      return end(step, at, "in_doubt", fact.reason.code);
    case "verdict_rendered":
      step.verdict = fact.verdict;
      step.scores = fact.scores;
      step.reason = fact.reason?.code ?? null;
      return;
    case "step_settled":
      step.verdict ??= fact.outcome;
      step.reason = fact.reason?.code ?? step.reason;
      return;
    default:
      return;
  }
}

function end(step: Drafted, at: number, outcome: AttemptHistory["outcome"], detail: string | null): void {
  const last = step.attempts.at(-1);
  if (last?.outcome !== "open") return;
  step.attempts[step.attempts.length - 1] = { ...last, ended_at: toRfc3339(epochMs(at)), outcome, detail };
}

import { epochMs, toRfc3339 } from "../base/time.ts";
import type { Entry } from "../journal/entry.ts";
import type { JournalEvent } from "../run/event.ts";
import { stepFailure } from "./step-failure.ts";

/** One step over its life: when it started, how often it was sent, how it was judged. */
export interface StepHistory {
  readonly path: string;
  readonly tool: string | null;
  readonly attempts: readonly AttemptHistory[];
  readonly verdict: string | null;
  readonly scores: Readonly<Record<string, string>>;
  readonly reason: string | null;
  /** What it failed with last, in the words of its tool; null where it did not, or was done since, and once they were erased. */
  readonly error: string | null;
}

export interface AttemptHistory {
  readonly number: number;
  /** RFC 3339. */
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly outcome: "returned" | "failed" | "abandoned" | "in_doubt" | "open";
  /** Of what kind a failure was, or why the attempt was given up. */
  readonly detail: string | null;
  /** A failure in the words of the tool; null where there was none, and once they were erased. */
  readonly error: string | null;
  readonly authority: string;
}

interface Drafted {
  readonly path: string;
  tool: string | null;
  readonly attempts: AttemptHistory[];
  verdict: string | null;
  scores: Readonly<Record<string, string>>;
  reason: string | null;
  error: string | null;
}

type Told = Pick<Entry, "at" | "input" | "facts">;

/** The steps of a run in the order they were first touched. */
export function stepHistories(entries: readonly Told[]): readonly StepHistory[] {
  const steps = new Map<string, Drafted>();
  for (const entry of entries) for (const fact of entry.facts) note(steps, entry, fact);
  return [...steps.values()];
}

function note(steps: Map<string, Drafted>, entry: Told, fact: JournalEvent): void {
  if (!("step" in fact) || fact.step === null) return;
  const step = steps.get(fact.step) ?? {
    path: fact.step,
    tool: null,
    attempts: [],
    verdict: null,
    scores: {},
    reason: null,
    error: null,
  };
  steps.set(fact.step, step);
  const { at } = entry;
  switch (fact.type) {
    case "step_started":
      step.tool = fact.tool;
      step.attempts.push({
        number: fact.attempt,
        started_at: toRfc3339(epochMs(at)),
        ended_at: null,
        outcome: "open",
        detail: null,
        error: null,
        authority: "approval" in fact.authority ? fact.authority.approval : fact.authority.rules.join(", "),
      });
      return;
    case "attempt_returned":
      step.error = null;
      return end(step, at, "returned", null);
    case "attempt_failed":
      step.error = wordsOf(fact, entry);
      return end(step, at, "failed", fact.kind, step.error);
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
      step.error = wordsOf(fact, entry) ?? step.error;
      return;
    default:
      return;
  }
}

function wordsOf(fact: JournalEvent, entry: Told): string | null {
  const failure = stepFailure(fact, entry);
  return failure === null || failure.isErased ? null : failure.text();
}

function end(
  step: Drafted,
  at: number,
  outcome: AttemptHistory["outcome"],
  detail: string | null,
  error: string | null = null,
): void {
  const last = step.attempts.at(-1);
  if (last?.outcome !== "open") return;
  step.attempts[step.attempts.length - 1] = { ...last, ended_at: toRfc3339(epochMs(at)), outcome, detail, error };
}

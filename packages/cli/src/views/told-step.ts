import {
  stepFailure,
  type JournalEvent,
  type Payload,
  type Reason,
  type RunState,
  type VerdictRendered,
} from "@writ/core";
import { stepDetail } from "../step-detail.ts";
import { reasonWords } from "@writ/core/text/reason-words";
import type { Telling, ToldFact } from "./told-fact.ts";
import { toolAt } from "./tool-at.ts";

type Told = Omit<ToldFact, "at">;
type Answered = Extract<JournalEvent, { type: "attempt_returned" | "attempt_failed" }>;

/** A fact about one step; null for any other. An attempt is told with its verdict. */
export function toldStep(fact: JournalEvent, telling: Telling): Told | null {
  const { state, by, facts } = telling;
  switch (fact.type) {
    case "step_started": {
      const isOpen = state.attempts.get(fact.step)?.number === fact.attempt;
      return isOpen ? step(fact.type, fact.step, "started", `calls ${fact.tool}`, "neutral") : null;
    }
    case "verdict_rendered":
      return fact.step === null ? null : judged(fact, fact.step, answerTo(fact, facts), state);
    case "step_settled": {
      const why = fact.reason === null ? "" : stepless(fact.reason);
      const failure = stepFailure(fact, telling);
      const detail =
        failure === null
          ? [fact.outcome, why].filter((part) => part !== "").join(": ")
          : `${failureOf(failure)} · ${why}`;
      return step(fact.type, fact.step, fact.outcome, detail, fact.outcome === "failed" ? "bad" : "neutral");
    }
    case "attempt_abandoned":
      return step(
        fact.type,
        fact.step,
        "abandoned",
        `attempt ${fact.attempt} given up: ${stepless(fact.reason)}`,
        "neutral",
      );
    case "step_in_doubt":
      return step(fact.type, fact.step, "in_doubt", `in doubt: ${stepless(fact.reason)}`, "doubt");
    case "doubt_resolved":
      return step(fact.type, fact.step, "resolved", `${fact.answer.replaceAll("_", " ")}, says ${by}`, "neutral");
    case "review_resolved":
      return step(fact.type, fact.step, "resolved", `${fact.answer}, says ${by}`, "neutral");
    default:
      return null;
  }
}

function answerTo(verdict: VerdictRendered, facts: readonly JournalEvent[]): Answered | null {
  for (const fact of facts) {
    const isAnswer = fact.type === "attempt_returned" || fact.type === "attempt_failed";
    if (isAnswer && fact.step === verdict.step && fact.attempt === verdict.attempt) return fact;
  }
  return null;
}

function judged(verdict: VerdictRendered, path: string, answer: Answered | null, state: RunState): Told {
  const failure = answer?.type === "attempt_failed" ? [failureOf(answer.error)] : [];
  const detail = [...failure, outcomeWords(verdict, state, path)].join(" · ");
  const tone = verdict.verdict === "accept" ? "good" : verdict.verdict === "escalate" ? "asks" : "bad";
  const said = answer?.type === "attempt_returned" ? answerOf(answer, state) : null;
  return { ...step(verdict.type, path, verdict.verdict, detail, tone), said };
}

function answerOf({ output, step: path }: Extract<Answered, { type: "attempt_returned" }>, state: RunState): string {
  return output.isErased ? "(erased)" : stepDetail(toolAt(state, path), output.json());
}

function failureOf(error: Payload): string {
  return `failed: ${error.isErased ? "(erased)" : firstLine(error.text())}`;
}

function outcomeWords(verdict: VerdictRendered, state: RunState, path: string): string {
  const why = verdict.reason === null ? "" : `: ${stepless(verdict.reason)}`;
  switch (verdict.verdict) {
    case "accept":
      return ["accepted", scoresText(verdict.scores)].filter((part) => part !== "").join(" · ");
    case "retry":
      return `retry ${state.steps.get(path)?.retries ?? 1} of ${state.limits.retries_per_step}${why}`;
    case "replan":
      return `replan${why}`;
    case "escalate":
      return `asks you${why}`;
  }
}

/** The two scores that decide most; all of them are in the record. */
function scoresText(scores: Readonly<Record<string, string>>): string {
  const shown = ["policy", "utility"].flatMap((name) =>
    scores[name] === undefined ? [] : [`${name} ${twoDigits(scores[name])}`],
  );
  return shown.join(" ");
}

function twoDigits(score: string): string {
  const value = Number(score);
  return Number.isFinite(value) ? value.toFixed(2) : score;
}

function stepless({ code, detail, trip }: Reason): string {
  return reasonWords({ code, ...(detail === undefined ? {} : { detail }), ...(trip === undefined ? {} : { trip }) });
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}

function step(fact: string, path: string, state: string, detail: string, tone: ToldFact["tone"]): Told {
  return { noun: "step", name: path, fact, state, said: null, detail, tone, step: path };
}

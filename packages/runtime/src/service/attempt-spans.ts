import { SPAN_NAME, type JournalEvent } from "@writ/core";
import type { FinishedSpan } from "../ports/telemetry.ts";
import { OPERATION, type OpenSpans, type SpanEnd, type SpannedEntry, type Spent } from "./open-spans.ts";

type Started = Extract<JournalEvent, { type: "step_started" }>;

/** Attempts, from the durable intent to the answer or to what stands for one. */
export class AttemptSpans {
  readonly #spans: OpenSpans;
  /** The attempt under way, by step. */
  readonly #underWay = new Map<string, number>();

  constructor(spans: OpenSpans) {
    this.#spans = spans;
  }

  observe(entry: SpannedEntry, fact: JournalEvent): readonly FinishedSpan[] {
    switch (fact.type) {
      case "step_started":
        return this.#sent(entry, fact);
      case "attempt_returned":
        return this.#over(entry, fact.step, fact.usage, {
          attributes: this.#spans.content("gen_ai.tool.call.result", fact.output),
          error: null,
        });
      case "attempt_failed":
        return this.#over(entry, fact.step, fact.usage, {
          attributes: this.#spans.content("writ.error.message", fact.error),
          error: fact.kind,
        });
      case "attempt_abandoned":
      case "step_in_doubt":
        return this.#over(entry, fact.step, null, { attributes: {}, error: fact.reason.code });
      case "doubt_resolved":
        return this.#over(entry, fact.step, null, {
          attributes: {},
          error: fact.answer === "happened" ? null : fact.answer,
        });
      default:
        return [];
    }
  }

  #sent(entry: SpannedEntry, fact: Started): readonly FinishedSpan[] {
    const { step, attempt, tool, authority } = fact;
    this.#underWay.set(step, attempt);
    return this.#spans.start(SPAN_NAME.attempt(step, attempt), entry.at, `execute_tool ${tool}`, {
      [OPERATION]: "execute_tool",
      "gen_ai.tool.name": tool,
      "gen_ai.tool.type": "function",
      "gen_ai.tool.call.id": fact.tool_call,
      "writ.step": step,
      "writ.attempt": attempt,
      ...("approval" in authority ? { "writ.approval.id": authority.approval } : {}),
      ...this.#spans.content("gen_ai.tool.call.arguments", fact.args),
    });
  }

  /** An attempt that is over already ends no second time. @param spent null where nobody has its answer */
  #over(entry: SpannedEntry, step: string, spent: Spent | null, end: SpanEnd): readonly FinishedSpan[] {
    const attempt = this.#underWay.get(step);
    if (attempt === undefined) return [];
    this.#underWay.delete(step);
    const name = SPAN_NAME.attempt(step, attempt);
    const asked = spent === null ? [] : this.#spans.asked(SPAN_NAME.attemptChat(step, attempt), name, entry, spent);
    return [...asked, ...this.#spans.end(name, entry, end)];
  }
}

import { SPAN_NAME, type JournalEvent } from "@writ/core";
import type { FinishedSpan } from "../ports/telemetry.ts";
import { OPERATION, type OpenSpans, type SpanEnd, type SpannedEntry } from "./open-spans.ts";

type Rejected = Extract<JournalEvent, { type: "plan_rejected" }>;

/** Planning, from the request to the plan that holds or is refused, and each verification. */
export class PlanSpans {
  readonly #spans: OpenSpans;
  #version = 0;

  constructor(spans: OpenSpans) {
    this.#spans = spans;
  }

  observe(entry: SpannedEntry, fact: JournalEvent): readonly FinishedSpan[] {
    switch (fact.type) {
      case "plan_requested":
        return this.#spans.start(SPAN_NAME.plan(fact.plan_version), entry.at, "plan", {
          [OPERATION]: "plan",
          "gen_ai.agent.name": "writ",
          "writ.plan.version": fact.plan_version,
        });
      case "plan_proposed": {
        const { plan_version: version, usage } = fact;
        this.#version = version;
        return this.#spans.asked(SPAN_NAME.planChat(version), SPAN_NAME.plan(version), entry, usage);
      }
      case "plan_verified": {
        const found = { "writ.verify.result": "ok", "writ.verify.steps": fact.steps };
        return [
          ...this.#verified(entry, this.#version, { attributes: found, error: null }),
          ...this.#spans.end(SPAN_NAME.plan(this.#version), entry, {
            attributes: { "writ.plan.id": fact.plan_id },
            error: null,
          }),
        ];
      }
      case "plan_rejected":
        return this.#rejected(entry, fact);
      default:
        return [];
    }
  }

  #rejected(entry: SpannedEntry, fact: Rejected): readonly FinishedSpan[] {
    const { plan_version: version, codes, verdict, usage } = fact;
    const plan = SPAN_NAME.plan(version);
    const error = codes[0] ?? verdict;
    const found = { "writ.verify.result": "refused", "writ.verify.codes": codes };
    return [
      ...this.#spans.asked(SPAN_NAME.planChat(version), plan, entry, usage),
      ...(fact.plan === null ? [] : this.#verified(entry, version, { attributes: found, error })),
      ...this.#spans.end(plan, entry, { attributes: {}, error }),
    ];
  }

  /** A plan is verified within one entry: the span takes no time, and says what was found. */
  #verified(entry: SpannedEntry, version: number, end: SpanEnd): readonly FinishedSpan[] {
    const name = SPAN_NAME.verification(version);
    const plan = SPAN_NAME.plan(version);
    this.#spans.start(name, entry.at, "writ.verify", { "writ.plan.version": version });
    return this.#spans.end(name, entry, { ...end, within: this.#spans.has(plan) ? plan : SPAN_NAME.run });
  }
}

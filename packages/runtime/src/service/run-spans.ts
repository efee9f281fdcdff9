import { SPAN_NAME, type JournalEvent, type TraceParent } from "@writ/core";
import type { FinishedSpan, SpanAttributes } from "../ports/telemetry.ts";
import { AttemptSpans } from "./attempt-spans.ts";
import { OpenSpans, OPERATION, type SpannedEntry, type SpanSettings } from "./open-spans.ts";
import { PlanSpans } from "./plan-spans.ts";

/** The spans of one run, made of its facts alone. @see OpenTelemetry semantic conventions for generative AI */
export class RunSpans {
  readonly #spans: OpenSpans;
  readonly #plans: PlanSpans;
  readonly #attempts: AttemptSpans;

  /** @param links where the run was asked for, in traces of others: known once it has begun */
  constructor(run: string, settings: SpanSettings, links: () => readonly TraceParent[]) {
    this.#spans = new OpenSpans(run, settings, links);
    this.#plans = new PlanSpans(this.#spans);
    this.#attempts = new AttemptSpans(this.#spans);
  }

  /** The spans that end with an entry, inner ones first. */
  observe(entry: SpannedEntry): readonly FinishedSpan[] {
    return entry.facts.flatMap((fact) => [
      ...this.#plans.observe(entry, fact),
      ...this.#attempts.observe(entry, fact),
      ...this.#observed(entry, fact),
    ]);
  }

  #observed(entry: SpannedEntry, fact: JournalEvent): readonly FinishedSpan[] {
    switch (fact.type) {
      case "run_started":
        return this.#spans.start(SPAN_NAME.run, entry.at, "invoke_agent writ", {
          [OPERATION]: "invoke_agent",
          "gen_ai.agent.name": "writ",
          ...this.#spans.content("writ.goal", fact.goal),
        });
      case "approval_requested":
        return this.#spans.start(SPAN_NAME.approval(fact.approval), entry.at, "writ.approval", {
          "writ.approval.id": fact.approval,
          "writ.approval.tier": fact.binding.tier,
          "writ.binding_hash": fact.binding_hash,
          "writ.step": fact.step,
        });
      case "approval_granted":
        return this.#decided(entry, fact.approval, { "writ.approval.decision": "granted" });
      case "approval_denied":
        return this.#decided(entry, fact.approval, {
          "writ.approval.decision": "denied",
          ...this.#spans.content("writ.approval.reason", fact.reason),
        });
      case "approval_expired":
        return this.#decided(entry, fact.approval, { "writ.approval.decision": "expired" });
      case "approval_voided":
        return this.#decided(entry, fact.approval, {
          "writ.approval.decision": "voided",
          "writ.approval.reason_code": fact.reason.code,
        });
      case "run_ended":
        return this.#ended(entry, fact.outcome, fact.reason?.code ?? null);
      default:
        return [];
    }
  }

  /** A request that is over, however it went, is no error: a denial is what gates are for. */
  #decided(entry: SpannedEntry, approval: string, attributes: SpanAttributes): readonly FinishedSpan[] {
    return this.#spans.end(SPAN_NAME.approval(approval), entry, { attributes, error: null });
  }

  /** What is still open ends with its run. */
  #ended(entry: SpannedEntry, outcome: string, code: string | null): readonly FinishedSpan[] {
    const error = outcome === "completed" ? null : (code ?? outcome);
    const left = this.#spans.names.filter((name) => name !== SPAN_NAME.run);
    return [
      ...left.flatMap((name) => this.#spans.end(name, entry, { attributes: {}, error: error ?? "run_ended" })),
      ...this.#spans.end(SPAN_NAME.run, entry, { attributes: { "writ.run.outcome": outcome }, error }),
    ];
  }
}

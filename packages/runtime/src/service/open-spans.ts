import { epochMs, SPAN_NAME, spanContext, type Entry, type Payload, type TraceParent } from "@writ/core";
import type { FinishedSpan, SpanAttributes } from "../ports/telemetry.ts";

export const OPERATION = "gen_ai.operation.name";

/** The most characters of a goal, an argument or an output that are sent along. */
const MOST_CONTENT = 8_192;

/** What spans say beside what the facts say. */
export interface SpanSettings {
  /** The model that is asked; null where it is not known. */
  readonly model: string | null;
  /** Whether goals, arguments, outputs and reasons are sent along. */
  readonly capturesContent: boolean;
}

/** Where and when a span begins or ends. */
export type SpannedEntry = Pick<Entry, "seq" | "at" | "facts">;

export interface SpanEnd {
  readonly attributes: SpanAttributes;
  readonly error: string | null;
  /** The span it lies in, by name; the run's where it is left out. */
  readonly within?: string;
}

/** What one call cost, as far as a span says it. */
export interface Spent {
  readonly tokens: number;
  readonly wall_clock_ms: number;
}

interface Open {
  readonly shown: string;
  readonly at: number;
  readonly kind: FinishedSpan["kind"];
  readonly attributes: SpanAttributes;
}

/** The spans of one run that are not over. */
export class OpenSpans {
  readonly #run: string;
  readonly #settings: SpanSettings;
  readonly #links: () => readonly TraceParent[];
  readonly #open = new Map<string, Open>();

  /** @param links of the run's own span, asked for when it ends */
  constructor(run: string, settings: SpanSettings, links: () => readonly TraceParent[]) {
    this.#run = run;
    this.#settings = settings;
    this.#links = links;
  }

  has(name: string): boolean {
    return this.#open.has(name);
  }

  get names(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** @param shown what people see @returns nothing that is over, for whoever answers with what is */
  start(name: string, at: number, shown: string, attributes: SpanAttributes): readonly FinishedSpan[] {
    this.#open.set(name, { shown, at, kind: "internal", attributes });
    return [];
  }

  /** None where no such span is open. */
  end(name: string, { seq, at }: SpannedEntry, end: SpanEnd): readonly FinishedSpan[] {
    const open = this.#open.get(name);
    const context = spanContext(this.#run, name);
    this.#open.delete(name);
    if (open === undefined || context === null) return [];
    const isRoot = name === SPAN_NAME.run;
    const ours = { "writ.run.id": this.#run, "writ.journal.seq": seq };
    const failed = end.error === null ? {} : { "error.type": end.error };
    const span: FinishedSpan = {
      context,
      parent: isRoot ? null : spanContext(this.#run, end.within ?? SPAN_NAME.run),
      links: isRoot ? this.#links() : [],
      name: open.shown,
      kind: open.kind,
      startedAt: epochMs(open.at),
      endedAt: epochMs(at),
      attributes: { ...open.attributes, ...end.attributes, ...ours, ...failed },
      error: end.error,
    };
    return [span];
  }

  /** Tokens were used, so a model was asked. How often is not in the facts: one span stands for all of it. */
  asked(name: string, within: string, entry: SpannedEntry, { tokens, wall_clock_ms }: Spent): readonly FinishedSpan[] {
    const around = this.#open.get(within);
    if (tokens === 0 || around === undefined) return [];
    const { model } = this.#settings;
    this.#open.set(name, {
      shown: model === null ? "chat" : `chat ${model}`,
      at: Math.max(around.at, entry.at - wall_clock_ms),
      kind: "client",
      attributes: {
        [OPERATION]: "chat",
        // What every endpoint that speaks chat completions is to a collector that knows no other.
        "gen_ai.provider.name": "openai",
        ...(model === null ? {} : { "gen_ai.request.model": model }),
      },
    });
    return this.end(name, entry, { attributes: { "writ.usage.tokens": tokens }, error: null, within });
  }

  /** What a payload holds, where that is sent along and was not erased; what is cut off is said to be. */
  content(attribute: string, payload: Payload): SpanAttributes {
    if (!this.#settings.capturesContent || payload.isErased || payload.form === "bytes") return {};
    const text = payload.form === "text" ? payload.text() : payload.canonical();
    if (text.length <= MOST_CONTENT) return { [attribute]: text };
    return { [attribute]: text.slice(0, MOST_CONTENT), "writ.content.cut": true };
  }
}

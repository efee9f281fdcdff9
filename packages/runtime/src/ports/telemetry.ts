import type { DurationMs, EpochMs, SpanContext, TraceParent } from "@writ/core";

/**
 * Sends spans to whoever collects them. It may fail or be slow: nothing waits for it and nothing learns of it, so what
 * it cannot send is lost.
 */
export interface Telemetry {
  /** Takes a span to be sent some time. Never throws, never waits. */
  finished(span: FinishedSpan): void;
  /** Sends what is left, for as long as `patience` at most. Never rejects. */
  close(patience: DurationMs): Promise<void>;
}

/** A span that is over. */
export interface FinishedSpan {
  readonly context: SpanContext;
  /** Null for the first span of its trace. */
  readonly parent: SpanContext | null;
  /** Where the work was asked for, in a trace of somebody else. */
  readonly links: readonly TraceParent[];
  readonly name: string;
  /** `client` where the work was done elsewhere. */
  readonly kind: "internal" | "client";
  readonly startedAt: EpochMs;
  readonly endedAt: EpochMs;
  readonly attributes: SpanAttributes;
  /** A code; null where nothing went wrong. */
  readonly error: string | null;
}

export type SpanAttributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;

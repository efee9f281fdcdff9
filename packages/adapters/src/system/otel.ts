import { SpanKind, SpanStatusCode, TraceFlags, type HrTime } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes, type Resource } from "@opentelemetry/resources";
import { BatchSpanProcessor, type ReadableSpan } from "@opentelemetry/sdk-trace";
import type { SpanContext } from "@writ/core";
import type { FinishedSpan, Telemetry } from "@writ/runtime";
import { systemClock } from "./clock.ts";

/** Where spans are sent. */
export interface OtlpEndpoint {
  /** Complete, with `/v1/traces`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the service that sends them, such as `0.1.0`. */
  readonly version: string;
}

/** How long one batch may take, tries again included: no longer than whoever leaves waits for it. */
const EXPORT_MS = 2_000;
/** Spans that wait to be sent; further ones are lost. */
const MOST_WAITING = 4_096;
const BATCH = 512;
const EVERY_MS = 2_000;

/**
 * Spans in OTLP over HTTP, sent in batches beside the work. Loading this loads the exporter: it is imported where spans
 * are sent, and nowhere else.
 */
export function otlpTelemetry({ url, headers, version }: OtlpEndpoint): Telemetry {
  const processor = new BatchSpanProcessor({
    exporter: new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: EXPORT_MS }),
    maxQueueSize: MOST_WAITING,
    maxExportBatchSize: BATCH,
    scheduledDelayMillis: EVERY_MS,
    exportTimeoutMillis: EXPORT_MS,
  });
  const resource = resourceFromAttributes({ "service.name": "writ", "service.version": version });
  return {
    finished: (span) => processor.onEnd(readable(span, resource, version)),
    close: async (patience) => {
      const sent = processor.shutdown().catch(() => undefined);
      let stop = (): void => {};
      const tired = new Promise<void>((resolve) => {
        stop = systemClock.after(patience, resolve);
      });
      await Promise.race([sent, tired]);
      stop();
    },
  };
}

/** A span as the exporter takes it: ours is over when it is told, so no span of the library ever runs. */
function readable(span: FinishedSpan, resource: Resource, version: string): ReadableSpan {
  const context = sampled(span.context);
  return {
    name: span.name,
    kind: span.kind === "client" ? SpanKind.CLIENT : SpanKind.INTERNAL,
    spanContext: () => context,
    ...(span.parent === null ? {} : { parentSpanContext: sampled(span.parent) }),
    startTime: hrTime(span.startedAt),
    endTime: hrTime(span.endedAt),
    duration: hrTime(span.endedAt - span.startedAt),
    status: span.error === null ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: span.error },
    attributes: Object.fromEntries(
      Object.entries(span.attributes).map(([name, value]) => [name, isList(value) ? [...value] : value]),
    ),
    links: span.links.map(({ traceId, spanId, isSampled }) => ({
      context: { traceId, spanId, traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true },
    })),
    events: [],
    ended: true,
    resource,
    instrumentationScope: { name: "writ", version },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function sampled({ traceId, spanId }: SpanContext) {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
}

function isList(value: FinishedSpan["attributes"][string]): value is readonly string[] {
  return Array.isArray(value);
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, (ms - seconds * 1_000) * 1_000_000];
}

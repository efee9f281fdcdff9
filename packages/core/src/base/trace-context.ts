import { fromBase32 } from "./base32.ts";
import { parseId } from "./id.ts";

/** Names one span of one trace, as W3C Trace Context writes it: 32 and 16 lower-case hex digits, neither all zero. */
export interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
}

/** What a caller says of itself in a `traceparent` header. */
export interface TraceParent extends SpanContext {
  /** Whether the caller may have recorded its span. */
  readonly isSampled: boolean;
}

const VERSION_00 = 55;
const FIELDS = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const SAMPLED = 1;

/**
 * Reads a `traceparent` header.
 *
 * @returns null where it is none: it is then as if nothing had been sent
 * @see W3C Trace Context, 3.2: of a later version the first four fields are read, whatever follows behind another dash
 */
export function parseTraceparent(text: string): TraceParent | null {
  const [, version, traceId, spanId, flags] = FIELDS.exec(text.slice(0, VERSION_00)) ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined) return null;
  const rest = text.slice(VERSION_00);
  const isKnown = version !== "ff" && (rest === "" || (version !== "00" && rest.startsWith("-")));
  if (!isKnown || isZero(traceId) || isZero(spanId)) return null;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

export function writeTraceparent({ traceId, spanId, isSampled }: TraceParent): string {
  return `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
}

/**
 * A span of a run. The trace is the 128 bits of the run's id, and the span follows from its name: so every process
 * names the same span without having heard of it.
 *
 * @param name unique in the run
 * @returns null where `run` is no id of a run
 */
export function spanContext(run: string, name: string): SpanContext | null {
  const id = parseId("run", run);
  if (!id.ok) return null;
  const traceId = fromBase32(run.slice(run.indexOf("_") + 1)).slice(-32);
  return isZero(traceId) ? null : { traceId, spanId: shortHash(`${run} ${name}`) };
}

function isZero(digits: string): boolean {
  return /^0+$/.test(digits);
}

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;

/**
 * FNV-1a in 64 bits over UTF-16 code units: it names, and proves nothing.
 *
 * @see G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, "The FNV Non-Cryptographic Hash Algorithm", 2019
 */
function shortHash(text: string): string {
  let hash = FNV_OFFSET;
  for (let at = 0; at < text.length; at += 1)
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at))) * FNV_PRIME);
  return (hash === 0n ? 1n : hash).toString(16).padStart(16, "0");
}

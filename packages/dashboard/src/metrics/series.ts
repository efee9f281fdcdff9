import { listOf, memberOf } from "../api/loose.ts";
import { instantOf } from "../system/clock.ts";

/** Figures of one hour, as `GET /metrics/series` gives them. */
export interface Hour {
  /** Its beginning, in milliseconds since 1970. */
  readonly at: number;
  readonly counters: readonly Counter[];
  readonly histograms: readonly Histogram[];
}

export interface Counter {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly count: number;
}

export interface Histogram {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly buckets: readonly number[];
  readonly count: number;
  readonly sum_ms: number;
}

/** Upper bounds of the buckets in seconds; what took longer lies above the last. */
export const BOUNDS_S = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400] as const;

/** The hours in which something was written; an answer of another form has none. */
export function hoursOf(answer: unknown): readonly Hour[] {
  const hours = Array.isArray(answer) ? listOf(answer) : listOf(memberOf(answer, "hours"));
  return hours.flatMap((row) => {
    const hour = memberOf(row, "hour");
    const figures = memberOf(row, "figures");
    if (typeof hour !== "string") return [];
    const counters = listOf(memberOf(figures, "counters")).filter(isCounter);
    const histograms = listOf(memberOf(figures, "histograms")).filter(isHistogram);
    return [{ at: instantOf(hour), counters, histograms }];
  });
}

function isCounter(value: unknown): value is Counter {
  return typeof memberOf(value, "name") === "string" && typeof memberOf(value, "count") === "number";
}

function isHistogram(value: unknown): value is Histogram {
  return isCounter(value) && Array.isArray(memberOf(value, "buckets"));
}

/** Hours of one stretch, such as a day, taken together. */
export interface Bin {
  readonly at: number;
  readonly hours: readonly Hour[];
}

/** Bins of `width` ms from `from` to `to`; those in which nothing happened are empty, not left out. */
export function bins(hours: readonly Hour[], from: number, to: number, width: number): readonly Bin[] {
  const count = Math.max(1, Math.ceil((to - from) / width));
  return Array.from({ length: count }, (_, index) => {
    const at = from + index * width;
    return { at, hours: hours.filter((hour) => hour.at >= at && hour.at < at + width) };
  });
}

/** How often something was counted, by labels. */
export function counted(hours: readonly Hour[], name: string, labels: Readonly<Record<string, string>> = {}): number {
  let sum = 0;
  for (const { counters } of hours)
    for (const counter of counters)
      if (counter.name === name && Object.entries(labels).every(([label, value]) => counter.labels[label] === value))
        sum += counter.count;
  return sum;
}

/** The values of a label with how often each was counted, most first. */
export function countedBy(hours: readonly Hour[], name: string, label: string): readonly (readonly [string, number])[] {
  const found = new Map<string, number>();
  for (const { counters } of hours)
    for (const counter of counters) {
      const value = counter.labels[label];
      if (counter.name === name && value !== undefined) found.set(value, (found.get(value) ?? 0) + counter.count);
    }
  return [...found].toSorted((a, b) => b[1] - a[1]);
}

/**
 * A duration below which a part of all lies, within its bucket by proportion.
 *
 * @param part in (0, 1), such as 0.95
 * @returns seconds; null where nothing was timed
 */
export function quantile(hours: readonly Hour[], name: string, part: number): number | null {
  const buckets = Array.from({ length: BOUNDS_S.length + 1 }, () => 0);
  for (const { histograms } of hours)
    for (const histogram of histograms)
      if (histogram.name === name)
        for (const [index, count] of histogram.buckets.entries()) buckets[index] = (buckets[index] ?? 0) + count;
  const total = buckets.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let below = 0;
  for (const [index, count] of buckets.entries()) {
    if (count > 0 && below + count >= part * total) {
      const low = index === 0 ? 0 : (BOUNDS_S[index - 1] ?? 0);
      const high = BOUNDS_S[index] ?? low;
      return low + ((part * total - below) / count) * (high - low);
    }
    below += count;
  }
  return BOUNDS_S.at(-1) ?? null;
}

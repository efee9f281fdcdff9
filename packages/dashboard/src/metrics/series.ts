import { BOUNDS_S } from "@writ/core";
import type { Series } from "../api/connection.ts";
import { instantOf } from "../system/clock.ts";

/** Figures of one hour. */
export interface Hour {
  /** Its beginning, in milliseconds since 1970. */
  readonly at: number;
  readonly counters: Figures["counters"];
  readonly histograms: Figures["histograms"];
}

type Row = Pick<Series["hours"][number], "hour" | "figures">;
type Figures = Row["figures"];

/** The hours in which something was written. */
export function hoursOf(rows: readonly Row[]): readonly Hour[] {
  return rows.map(({ hour, figures: { counters, histograms } }) => ({ at: instantOf(hour), counters, histograms }));
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

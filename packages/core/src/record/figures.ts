import { BOUNDS_S, type CounterName, type HistogramName, type LabelsOf, type SortsOf } from "./measures.ts";

/** What was counted and timed in some time, as programs see it; what is zero is left out. */
export interface FiguresDocument {
  readonly counters: readonly CounterRow[];
  readonly histograms: readonly HistogramRow[];
}

export interface CounterRow {
  readonly name: CounterName;
  readonly labels: Readonly<Record<string, string>>;
  readonly count: number;
}

export interface HistogramRow {
  readonly name: HistogramName;
  readonly labels: Readonly<Record<string, string>>;
  /** How many took longer than the bound before of `BOUNDS_S` and no longer than this one; the last took longer than all. */
  readonly buckets: readonly number[];
  readonly count: number;
  readonly sum_ms: number;
}

/** Where the figures of one entry are written: each stands in several sums. */
export type Counting = Pick<Figures, "add" | "time">;

/** Counts by name and labels, and durations in buckets. */
export class Figures {
  readonly #counted = new Map<string, Counted>();
  readonly #timed = new Map<string, Timed>();

  add<Name extends CounterName>(name: Name, labels: LabelsOf<Name>): void {
    const key = keyOf(name, labels);
    const counted = this.#counted.get(key);
    if (counted === undefined) this.#counted.set(key, { name, labels: { ...labels }, count: 1 });
    else counted.count += 1;
  }

  /** @param ms of two instants of a log: never negative, whatever was done to the clock between them */
  time<Name extends HistogramName>(name: Name, labels: SortsOf<Name>, ms: number): void {
    const key = keyOf(name, labels);
    const timed = this.#timed.get(key) ?? { name, labels: { ...labels }, buckets: emptyBuckets(), count: 0, sum_ms: 0 };
    const within = BOUNDS_S.findIndex((bound) => ms <= bound * 1_000);
    const at = within === -1 ? BOUNDS_S.length : within;
    timed.buckets[at] = (timed.buckets[at] ?? 0) + 1;
    timed.count += 1;
    timed.sum_ms += ms;
    this.#timed.set(key, timed);
  }

  document(): FiguresDocument {
    return {
      counters: [...this.#counted.values()].map((row) => ({ ...row })),
      histograms: [...this.#timed.values()].map((row) => ({ ...row, buckets: [...row.buckets] })),
    };
  }
}

interface Counted extends CounterRow {
  count: number;
}

interface Timed extends HistogramRow {
  readonly buckets: number[];
  count: number;
  sum_ms: number;
}

function emptyBuckets(): number[] {
  return Array.from({ length: BOUNDS_S.length + 1 }, () => 0);
}

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, ...Object.values(labels)]);
}

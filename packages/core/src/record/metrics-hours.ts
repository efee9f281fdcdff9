import { epochMs, toRfc3339 } from "../base/time.ts";
import { Figures, type FiguresDocument } from "./figures.ts";
import { noRuns, type RunCounts } from "./run-counts.ts";

/** Figures of one hour, UTC; an hour in which nothing was written has none. */
export interface MetricsHour {
  /** When it began, RFC 3339. */
  readonly hour: string;
  /** What was the case when the last entry of the hour was written. */
  readonly runs: RunCounts;
  readonly approvals_waiting: number;
  readonly figures: FiguresDocument;
}

const HOUR_MS = 3_600_000;
/** 31 days: what is older stands in the totals alone. */
const MOST_HOURS = 744;

interface Hour {
  readonly figures: Figures;
  runs: RunCounts;
  waiting: number;
}

/** The figures of the newest hours in which something was written. */
export class MetricsHours {
  readonly #hours = new Map<number, Hour>();

  /** The hour of an instant; one that is older than all that are kept is written to and kept by nobody. */
  at(ms: number): Hour {
    const number = Math.floor(ms / HOUR_MS);
    const known = this.#hours.get(number);
    if (known !== undefined) return known;
    const hour: Hour = { figures: new Figures(), runs: noRuns(), waiting: 0 };
    this.#hours.set(number, hour);
    if (this.#hours.size > MOST_HOURS) this.#hours.delete(Math.min(...this.#hours.keys()));
    return hour;
  }

  /** Those that have some instant in [from, to), in order. */
  between(fromMs: number, toMs: number): readonly MetricsHour[] {
    return [...this.#hours]
      .filter(([hour]) => (hour + 1) * HOUR_MS > fromMs && hour * HOUR_MS < toMs)
      .toSorted(([a], [b]) => a - b)
      .map(([hour, { figures, runs, waiting }]) => ({
        hour: toRfc3339(epochMs(hour * HOUR_MS)),
        runs,
        approvals_waiting: waiting,
        figures: figures.document(),
      }));
  }
}

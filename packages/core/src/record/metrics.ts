import type { BareFact, EntryFacts } from "../journal/entry-facts.ts";
import { RUN_STATUSES, type RunStatus } from "../run/statuses.ts";
import { Figures, type Counting, type FiguresDocument } from "./figures.ts";
import type { TierOfTool } from "./measures.ts";
import { MetricsHours, type MetricsHour } from "./metrics-hours.ts";
import { noRuns, type RunCounts } from "./run-counts.ts";
import { RunMeasures } from "./run-measures.ts";
import { taskState, type TaskState } from "./task-state.ts";

/** Figures of a whole log. `runs` and `approvals_waiting` say what is now the case, `totals` what ever was. */
export interface MetricsSnapshot {
  readonly log_size: number;
  readonly runs: RunCounts;
  readonly tasks: Readonly<Record<TaskState, number>>;
  readonly approvals_waiting: number;
  readonly totals: FiguresDocument;
}

/** An entry of a run at its place in the log. */
export interface MeasuredEntry extends EntryFacts {
  readonly run: string;
}

/** The most tools that are told apart; further ones are counted as `other`. */
const MOST_TOOLS = 200;
const OTHER_TOOL = "other";

/**
 * What the entries of a log add up to: a fold over facts, so that it is the same after a restart, and the same for a
 * log of which payloads were erased. Keeps what runs that are not ended need, and figures of the last hours.
 */
export class MetricsFold {
  readonly #runs = new Map<string, RunMeasures>();
  readonly #tools = new Set<string>();
  readonly #states = noRuns();
  readonly #totals = new Figures();
  readonly #hours = new MetricsHours();
  #size = 0;
  #waiting = 0;

  /** Entries that were folded, those about the log itself among them. */
  get size(): number {
    return this.#size;
  }

  /** An entry about the log itself, or one that cannot be read. */
  skip(): void {
    this.#size += 1;
  }

  /** @param tierOf asked for the tools of a run that starts with this entry */
  observe(entry: MeasuredEntry, tierOf: TierOfTool): void {
    this.#size += 1;
    const hour = this.#hours.at(entry.at);
    const known = this.#runs.get(entry.run);
    const measures = known ?? this.#begin(entry, tierOf);
    if (measures === null) return;
    const before = { status: known === undefined ? null : measures.status, waiting: measures.waiting };
    const count = this.#counting(hour.figures);
    for (const fact of entry.facts) measures.note(entry, fact, count);
    this.#move(before.status, measures.status);
    this.#waiting += measures.waiting - before.waiting;
    hour.runs = { ...this.#states };
    hour.waiting = this.#waiting;
    if (entry.facts.some(({ type }) => type === "run_ended")) this.#end(entry.run, measures);
  }

  snapshot(): MetricsSnapshot {
    const runs = { ...this.#states };
    const tasks: Record<TaskState, number> = { pending: 0, running: 0, completed: 0, failed: 0 };
    for (const status of RUN_STATUSES) tasks[taskState(status)] += runs[status];
    return { log_size: this.#size, runs, tasks, approvals_waiting: this.#waiting, totals: this.#totals.document() };
  }

  /** The hours that have some instant in [from, to), in order. */
  series(fromMs: number, toMs: number): readonly MetricsHour[] {
    return this.#hours.between(fromMs, toMs);
  }

  /** Null for an entry of a run whose beginning is not in the log: what is wrong with it is for a verification to say. */
  #begin({ run, at, facts }: MeasuredEntry, tierOf: TierOfTool): RunMeasures | null {
    if (!facts.some(isStart)) return null;
    const measures = new RunMeasures(at, tierOf);
    this.#runs.set(run, measures);
    return measures;
  }

  #end(run: string, { waiting }: RunMeasures): void {
    this.#waiting -= waiting;
    this.#runs.delete(run);
  }

  #move(from: RunStatus | null, to: RunStatus): void {
    if (from !== null) this.#states[from] -= 1;
    this.#states[to] += 1;
  }

  #counting(hour: Figures): Counting {
    return {
      add: (name, labels) => {
        const bounded = this.#bounded(labels);
        this.#totals.add(name, bounded);
        hour.add(name, bounded);
      },
      time: (name, labels, ms) => {
        this.#totals.time(name, labels, ms);
        hour.time(name, labels, ms);
      },
    };
  }

  /** Labels whose values are not limited by nature are limited here. */
  #bounded<L extends object>(labels: L): L {
    if (!("tool" in labels) || typeof labels.tool !== "string" || this.#tools.has(labels.tool)) return labels;
    if (this.#tools.size >= MOST_TOOLS) return { ...labels, tool: OTHER_TOOL };
    this.#tools.add(labels.tool);
    return labels;
  }
}

function isStart(fact: BareFact): boolean {
  return fact.type === "run_started";
}

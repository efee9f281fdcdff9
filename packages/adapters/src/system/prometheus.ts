import {
  BOUNDS_S,
  COUNTERS,
  HISTOGRAMS,
  type CounterName,
  type HistogramName,
  type HistogramRow,
  type MetricsSnapshot,
} from "@writ/core";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

type Labels = Readonly<Record<string, string>>;

const COUNTER_NAMES: Readonly<Record<CounterName, readonly [name: string, help: string]>> = {
  runs_started: ["writ_runs_started_total", "Runs that were started."],
  runs_ended: ["writ_runs_ended_total", "Runs that ended, by outcome."],
  approvals: ["writ_approvals_total", "Requests for a decision that are over, by decision and tier."],
  tool_attempts: ["writ_tool_attempts_total", "Calls of tools that are over, by how they ended."],
  step_errors: [
    "writ_step_errors_total",
    "Failed attempts, refused answers and steps that failed unsent, by step type.",
  ],
  budget_exhausted: ["writ_budget_exhausted_total", "Times a budget was used up, by dimension."],
  plan_verifications: ["writ_plan_verifications_total", "Plans that were verified, by result."],
  steps: ["writ_steps_total", "Steps that are settled, by result."],
  retries: ["writ_retries_total", "Calls that were to be sent again."],
  recoveries: ["writ_recoveries_total", "Steps that completed after an attempt had gone wrong."],
  replans: ["writ_replans_total", "Plans that were asked for anew after work had begun."],
  escalations: ["writ_escalations_total", "Verdicts that hand on to a person, by tier."],
  lanes: ["writ_lanes_total", "Lanes that ended, by result."],
};

const HISTOGRAM_NAMES: Readonly<Record<HistogramName, readonly [name: string, help: string]>> = {
  approval_latency: ["writ_approval_latency_seconds", "From a request to a person's answer, by tier."],
  time_to_safe_completion: ["writ_time_to_safe_completion_seconds", "From the start of a run to its completion."],
};

/** The figures of a log in Prometheus' text format 0.0.4, beside those of this process, all under `writ_`. */
export class Prometheus {
  readonly #registry = new Registry();
  readonly #gauges = {
    runs: this.#gauge("writ_runs", "Runs by state.", ["state"]),
    tasks: this.#gauge("writ_task_states", "Runs in four states.", ["state"]),
    waiting: this.#gauge("writ_approvals_waiting", "Requests that wait for a decision.", []),
    size: this.#gauge("writ_log_size", "Entries of the log.", []),
  };
  readonly #counters = named(COUNTERS, (name) => this.#counter(name));
  readonly #histograms = named(HISTOGRAMS, (name) => this.#histogram(name));

  constructor() {
    collectDefaultMetrics({ register: this.#registry, prefix: "writ_" });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Every series of known labels is there from the start, so that a rate over it sees its first event. */
  async text(snapshot: MetricsSnapshot): Promise<string> {
    const { runs, tasks, totals } = snapshot;
    for (const [state, count] of Object.entries(runs)) this.#gauges.runs.set({ state }, count);
    for (const [state, count] of Object.entries(tasks)) this.#gauges.tasks.set({ state }, count);
    this.#gauges.waiting.set(snapshot.approvals_waiting);
    this.#gauges.size.set(snapshot.log_size);
    for (const [name, counter] of this.#counters) {
      counter.reset();
      for (const labels of combinations(COUNTERS[name])) counter.inc(labels, 0);
    }
    for (const { name, labels, count } of totals.counters) this.#counters.get(name)?.inc(labels, count);
    for (const [name, histogram] of this.#histograms)
      histogram.show(totals.histograms.filter((row) => row.name === name));
    return this.#registry.metrics();
  }

  #gauge(name: string, help: string, labelNames: readonly string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  #counter(name: CounterName): Counter {
    const [called, help] = COUNTER_NAMES[name];
    const labelNames = Object.keys(COUNTERS[name]);
    return new Counter({ name: called, help, labelNames, registers: [this.#registry] });
  }

  #histogram(name: HistogramName): FoldedHistogram {
    const [called, help] = HISTOGRAM_NAMES[name];
    return new FoldedHistogram(called, help, combinations(HISTOGRAMS[name]), this.#registry);
  }
}

/** A histogram that was counted elsewhere: the library itself only counts single observations. */
class FoldedHistogram extends Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #known: readonly Labels[];
  #rows: readonly HistogramRow[] = [];

  constructor(name: string, help: string, known: readonly Labels[], registry: Registry) {
    super({ name, help, labelNames: Object.keys(known[0] ?? {}), buckets: [...BOUNDS_S], registers: [registry] });
    this.#name = name;
    this.#help = help;
    this.#known = known;
  }

  show(rows: readonly HistogramRow[]): void {
    this.#rows = rows;
  }

  /** What the registry writes down. */
  async getForPromString() {
    const values = this.#known.flatMap((labels) => this.#lines(labels));
    return await Promise.resolve({ name: this.#name, help: this.#help, type: "histogram", aggregator: "sum", values });
  }

  #lines(labels: Labels) {
    const row = this.#rows.find((row) => Object.entries(labels).every(([name, value]) => row.labels[name] === value));
    let below = 0;
    const buckets = BOUNDS_S.map((bound, index) => {
      below += row?.buckets[index] ?? 0;
      return { metricName: `${this.#name}_bucket`, labels: { ...labels, le: String(bound) }, value: below };
    });
    const count = row?.count ?? 0;
    return [
      ...buckets,
      { metricName: `${this.#name}_bucket`, labels: { ...labels, le: "+Inf" }, value: count },
      { metricName: `${this.#name}_sum`, labels, value: (row?.sum_ms ?? 0) / 1_000 },
      { metricName: `${this.#name}_count`, labels, value: count },
    ];
  }
}

/** Every combination of known values; none where a label may have any. */
function combinations(table: Readonly<Record<string, readonly string[] | null>>): readonly Labels[] {
  let found: readonly Labels[] = [{}];
  for (const [label, values] of Object.entries(table))
    found = found.flatMap((labels) => (values ?? []).map((value) => ({ ...labels, [label]: value })));
  return found;
}

function named<Name extends string, Made>(
  table: Readonly<Record<Name, unknown>>,
  make: (name: Name) => Made,
): ReadonlyMap<Name, Made> {
  const made = new Map<Name, Made>();
  for (const name in table) made.set(name, make(name));
  return made;
}

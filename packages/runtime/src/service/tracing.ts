import { durationMs, EntryReader, type Hasher, type RunId, type TraceParent } from "@writ/core";
import type { DurableEntry } from "../engine/run-actor.ts";
import type { Store } from "../ports/store.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { SpanSettings } from "./open-spans.ts";
import { RunSpans } from "./run-spans.ts";

export interface TracingPorts extends SpanSettings {
  readonly telemetry: Telemetry;
  readonly journal: Pick<Store["journal"], "read">;
  readonly hash: Hasher;
}

/** Runs whose open spans are remembered; those of any other are read again when it moves. */
const MOST_RUNS = 256;
/** Callers that are remembered until their run ends. */
const MOST_LINKS = 1_024;
/** How long whoever leaves waits for what was not sent yet. */
const PATIENCE = durationMs(2_000);

interface Traced {
  readonly spans: RunSpans;
  /** Entries that came while what was before them is being read; null once it is. */
  waiting: DurableEntry[] | null;
}

/**
 * Turns durable entries into spans. It stands beside the work: nothing waits for it, and what it cannot say is lost. As
 * spans are made of facts, it does not matter which process saw a run begin.
 */
export class Tracing {
  readonly #ports: TracingPorts;
  readonly #runs = new Map<RunId, Traced>();
  readonly #callers = new Map<string, TraceParent>();
  readonly #catchingUp = new Set<Promise<void>>();

  constructor(ports: TracingPorts) {
    this.#ports = ports;
  }

  /** Who asked for a run: its span links to theirs, if it ends while this process lives. */
  link(run: RunId, caller: TraceParent): void {
    this.#callers.set(run, caller);
    forgetOldest(this.#callers, MOST_LINKS);
  }

  /** An entry became durable. */
  noticed(entry: DurableEntry): void {
    const traced = this.#runs.get(entry.run) ?? this.#begin(entry);
    this.#runs.delete(entry.run);
    this.#runs.set(entry.run, traced);
    forgetOldest(this.#runs, MOST_RUNS);
    if (traced.waiting === null) this.#tell(traced, entry);
    else traced.waiting.push(entry);
  }

  /** Nothing is told after this; what was told is sent, or given up after two seconds. */
  async close(): Promise<void> {
    await Promise.all(this.#catchingUp);
    await this.#ports.telemetry.close(PATIENCE);
  }

  #begin({ run, version }: DurableEntry): Traced {
    const spans = new RunSpans(run, this.#ports, () => {
      const caller = this.#callers.get(run);
      return caller === undefined ? [] : [caller];
    });
    const traced: Traced = { spans, waiting: version === 1 ? null : [] };
    if (version > 1) {
      const caught = this.#catchUp(run, traced, version - 1).finally(() => this.#catchingUp.delete(caught));
      this.#catchingUp.add(caught);
    }
    return traced;
  }

  /** Spans that ended before were sent by whoever saw them end. */
  async #catchUp(run: RunId, traced: Traced, through: number): Promise<void> {
    try {
      const reader = new EntryReader(this.#ports.hash);
      for (const stored of await this.#ports.journal.read(run, 1, through)) traced.spans.observe(reader.read(stored));
    } catch {
      // A trace without its beginning is a trace all the same; whoever reads the journal for its own sake says what is wrong.
    }
    const waiting = traced.waiting ?? [];
    traced.waiting = null;
    for (const entry of waiting) this.#tell(traced, entry);
  }

  #tell({ spans }: Traced, entry: DurableEntry): void {
    for (const span of spans.observe(entry)) this.#ports.telemetry.finished(span);
    if (!entry.facts.some(({ type }) => type === "run_ended")) return;
    this.#runs.delete(entry.run);
    this.#callers.delete(entry.run);
  }
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) if (map.size > most) map.delete(key);
}

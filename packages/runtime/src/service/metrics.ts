import {
  entryFacts,
  isJsonArray,
  isJsonObject,
  MetricsFold,
  tierOf,
  type EntryFacts,
  type MetricsHour,
  type MetricsSnapshot,
  type Tier,
} from "@writ/core";
import type { LogLine, Store } from "../ports/store.ts";

export interface MetricsPorts {
  readonly store: Pick<Store, "audit" | "documents">;
  /** Lets whatever else the process has to do have its turn. */
  readonly nextTurn: () => Promise<void>;
}

/** Lines of usual length are read in about a millisecond. */
const LINES_A_TURN = 128;

type Tiers = ReadonlyMap<string, Tier>;

/** The figures of one log, read from its lines and from nothing else, so that they are the same in every process. */
export class Metrics {
  readonly #ports: MetricsPorts;
  readonly #fold = new MetricsFold();
  /** Tiers of tools by the digest of the catalogue that names them. */
  readonly #catalogues = new Map<string, Tiers>();
  #reading: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(ports: MetricsPorts) {
    this.#ports = ports;
  }

  /**
   * Folds what was appended since, up to at least where the log ended when this was called; calls that come while one
   * reads share the next one. What could not be read is read by the next call.
   *
   * @throws OrchestratorError what the store throws
   */
  refresh(): Promise<void> {
    if (this.#reading === null) return this.#begin();
    this.#next ??= this.#reading.catch(() => undefined).then(() => this.#begin());
    return this.#next;
  }

  /** As of the last refresh. */
  snapshot(): MetricsSnapshot {
    return this.#fold.snapshot();
  }

  /** Hours that have some instant in [from, to), as of the last refresh. */
  series(fromMs: number, toMs: number): readonly MetricsHour[] {
    return this.#fold.series(fromMs, toMs);
  }

  #begin(): Promise<void> {
    this.#next = null;
    this.#reading = this.#follow().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #follow(): Promise<void> {
    const { audit } = this.#ports.store;
    const { size } = await audit.head();
    for await (const batch of audit.lines(this.#fold.size, size)) {
      for (const [index, line] of batch.entries()) {
        await this.#read(line);
        if ((index + 1) % LINES_A_TURN === 0) await this.#ports.nextTurn();
      }
      await this.#ports.nextTurn();
    }
  }

  async #read({ seq, run, bytes }: LogLine): Promise<void> {
    while (this.#fold.size < seq) this.#fold.skip();
    const entry = run === null ? null : entryFacts(bytes);
    if (run === null || entry === null) return this.#fold.skip();
    const tiers = await this.#tiersOf(entry);
    this.#fold.observe({ run, ...entry }, (tool) => tiers?.get(tool) ?? "unknown");
  }

  /** The tiers a run was started with; null where the entry starts none. */
  async #tiersOf({ facts }: EntryFacts): Promise<Tiers | null> {
    for (const fact of facts) {
      if (fact.type !== "run_started") continue;
      const { tools } = fact.pins;
      const known = this.#catalogues.get(tools) ?? (await this.#catalogue(tools));
      this.#catalogues.set(tools, known);
      return known;
    }
    return null;
  }

  async #catalogue(digest: string): Promise<Tiers> {
    const { documents } = this.#ports.store;
    const tools = (await documents.get(digest))?.["tools"];
    const tiers = new Map<string, Tier>();
    for (const tool of isJsonArray(tools) ? tools : []) {
      const { name, document } = isJsonObject(tool) ? tool : {};
      if (typeof name !== "string" || typeof document !== "string") continue;
      tiers.set(name, tierOf((await documents.get(document))?.["tier"]));
    }
    return tiers;
  }
}

import {
  beginEntry,
  EntryReader,
  evolve,
  initialState,
  OrchestratorError,
  ViewModels,
  type ApprovalView,
  type ArtifactView,
  type Entry,
  type Rules,
  type RunId,
  type RunState,
  type StoredEntry,
} from "@writ/core";
import type { RunRows } from "../ports/run-rows.ts";

/** Wherever entries are read from. */
type Kept = Pick<RunRows, "journal">;

/** Everything the journal says about one run, folded from zero: what looking and reading need. */
export interface History {
  readonly state: RunState;
  readonly stored: readonly StoredEntry[];
  readonly entries: readonly Entry[];
  readonly approvals: readonly ApprovalView[];
  readonly artifacts: readonly ArtifactView[];
}

/** One run as it was read so far; what was added since is folded onto it, so that looking again costs what is new. */
export class Reading {
  readonly #store: Kept;
  readonly #run: RunId;
  readonly #state: RunState;
  readonly #reader: EntryReader;
  readonly #views = new ViewModels();
  readonly #stored: StoredEntry[] = [];
  readonly #entries: Entry[] = [];
  readonly #approvals = new Map<string, ApprovalView>();
  readonly #artifacts: ArtifactView[] = [];
  #looking: Promise<unknown> = Promise.resolve();

  constructor(store: Kept, run: RunId, rules: Rules) {
    this.#store = store;
    this.#run = run;
    this.#state = initialState(run, rules);
    this.#reader = new EntryReader(rules.hash);
  }

  /**
   * What is there now. `state` goes on with later looks: whoever looks must not keep it.
   *
   * @throws OrchestratorError `run_not_found`
   */
  history(): Promise<History> {
    const looked = this.#looking.then(() => this.#look());
    this.#looking = looked.catch(() => undefined);
    return looked;
  }

  async #look(): Promise<History> {
    const run = this.#run;
    for (const stored of await this.#store.journal.read(run, this.#stored.length + 1)) this.#fold(stored);
    if (this.#stored.length === 0)
      throw new OrchestratorError("run_not_found", `there is no run ${run}; see them with: writ list`);
    return {
      state: this.#state,
      stored: [...this.#stored],
      entries: [...this.#entries],
      approvals: [...this.#approvals.values()],
      artifacts: [...this.#artifacts],
    };
  }

  #fold(stored: StoredEntry): void {
    const entry = this.#reader.read(stored);
    beginEntry(this.#state, entry.at, entry.actor);
    for (const fact of entry.facts) evolve(this.#state, fact);
    const { approvals, artifacts } = this.#views.observe(this.#state, entry);
    for (const view of approvals) this.#approvals.set(view.approval_id, view);
    this.#artifacts.push(...artifacts);
    this.#stored.push(stored);
    this.#entries.push(entry);
  }
}

/** Runs whose readings are kept. */
const KEPT = 8;

/**
 * Readings of the runs that were looked at last, for a process that looks again and again while they go on.
 * What was erased stays in them: whoever erases says `forget`.
 */
export class RecentReadings {
  readonly #begin: (run: RunId) => Promise<Reading>;
  /** The one that was looked at longest ago first. */
  readonly #readings = new Map<RunId, Promise<Reading>>();

  constructor(begin: (run: RunId) => Promise<Reading>) {
    this.#begin = begin;
  }

  /** @throws OrchestratorError `run_not_found`, `rules_unknown` */
  async history(run: RunId): Promise<History> {
    const reading = this.#readings.get(run) ?? this.#begin(run);
    this.#readings.delete(run);
    this.#readings.set(run, reading);
    for (const oldest of this.#readings.keys()) if (this.#readings.size > KEPT) this.#readings.delete(oldest);
    try {
      return await (await reading).history();
    } catch (error) {
      this.#readings.delete(run);
      throw error;
    }
  }

  forget(): void {
    this.#readings.clear();
  }
}

/** @throws OrchestratorError `run_not_found` */
export function readHistory(store: Kept, run: RunId, rules: Rules): Promise<History> {
  return new Reading(store, run, rules).history();
}

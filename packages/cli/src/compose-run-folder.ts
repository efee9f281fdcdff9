import { join } from "node:path";
import { listRunFolders, removeRunFolder, writeRunFolder, type FolderChange } from "@writ/adapters/run-folder/writer";
import { OrchestratorError, parseId, runFolder, type JournalEvent, type ReportSource, type RunId } from "@writ/core";

/** Facts after which somebody may want to read what a run is like: it ended, or it waits for a person. */
const RESTING: ReadonlySet<JournalEvent["type"]> = new Set([
  "approval_requested",
  "run_ended",
  "run_held",
  "step_in_doubt",
]);

function comesToRest(fact: JournalEvent): boolean {
  return RESTING.has(fact.type) || (fact.type === "verdict_rendered" && fact.outcome === "review");
}

/**
 * Keeps `runs/<run_id>/` as the journal says. It is a view: written beside the
 * work, one run at a time, and where that fails the run goes on; `writ doctor`
 * counts the folders that are missing, `writ rebuild` writes them.
 */
export class RunFolders {
  readonly #runs: string;
  readonly #read: (run: RunId) => Promise<ReportSource>;
  readonly #due = new Set<RunId>();
  #work: Promise<void> = Promise.resolve();

  /** @param runs `.orchestrate/runs` */
  constructor(runs: string, read: (run: RunId) => Promise<ReportSource>) {
    this.#runs = runs;
    this.#read = read;
  }

  /** Facts of a run became durable. */
  noticed(run: RunId, facts: readonly JournalEvent[]): void {
    if (this.#due.has(run) || !facts.some(comesToRest)) return;
    this.#due.add(run);
    void this.draw(run);
  }

  /** Resolves once the folders of all noticed runs are as they should be, or could not be written. */
  idle(): Promise<void> {
    return this.#work;
  }

  /** Takes a run's folder away, after whatever is being written. @throws OrchestratorError `workspace_read_only`, `file_io` */
  withdraw(run: RunId): Promise<void> {
    const removed = this.#work.then(() => removeRunFolder(this.#runs, run));
    this.#work = removed.catch(() => undefined);
    return removed;
  }

  /** Writes a run's folder, or leaves it out where it cannot be written. */
  draw(run: RunId): Promise<void> {
    this.#work = this.#work.then(() => this.#tryWrite(run));
    return this.#work;
  }

  async #tryWrite(run: RunId): Promise<void> {
    this.#due.delete(run);
    try {
      await writeRun(this.#runs, await this.#read(run));
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
    }
  }
}

/** @param runs `.orchestrate/runs`. @throws OrchestratorError `workspace_read_only`, `disk_full`, `file_io` */
export function writeRun(runs: string, source: ReportSource): Promise<FolderChange> {
  return writeRunFolder(join(runs, source.state.run), runFolder(source));
}

/** A run's readable folder at a place of the user's choice. */
export function exportRun(folder: string, source: ReportSource): Promise<FolderChange> {
  return writeRunFolder(folder, runFolder(source));
}

/** Removes folders of runs that are not among `known`; answers with their names. */
export async function sweepRunFolders(runs: string, known: ReadonlySet<string>): Promise<readonly string[]> {
  const strangers = (await listRunFolders(runs)).filter((name) => parseId("run", name).ok && !known.has(name));
  for (const name of strangers) await removeRunFolder(runs, name);
  return strangers;
}

/** Ids of the runs that have a folder. */
export async function foldersOfRuns(runs: string): Promise<ReadonlySet<string>> {
  return new Set(await listRunFolders(runs));
}

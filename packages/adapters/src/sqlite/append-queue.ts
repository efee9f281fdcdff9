import { OrchestratorError } from "@writ/core";

import { storageFailure } from "./sqlite-failure.ts";

/** Entries of one transaction; more bring little and make each wait longer. */
const GROUP = 64;

/** One append that waits for its turn. */
interface Waiting<Work, Placed> {
  readonly work: Work;
  /** Appends of one run keep their order; null belongs to none. */
  readonly run: string | null;
  isReady: boolean;
  readonly resolve: (placed: Placed) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Lines appends up and commits them in groups.
 *
 * A group is what has gathered when the event loop has nothing else to do, at
 * most 64: a lone append does not wait for company, and whatever arrives while
 * one group is committed is the next. An append whose files are still being
 * written lets other runs pass, not those behind it in its own run.
 *
 * After a group could not be made durable, every append fails: the cause may be
 * gone, but what the disk holds is known only to whoever opens it again.
 */
export class AppendQueue<Work, Placed> {
  readonly #commit: (group: readonly Work[]) => readonly (Placed | Error)[];
  #waiting: Waiting<Work, Placed>[] = [];
  #isScheduled = false;
  #failure: OrchestratorError | undefined;
  #drained: (() => void)[] = [];

  /** @param commit makes a group durable, and answers for each member in order; throws if none of it is */
  constructor(commit: (group: readonly Work[]) => readonly (Placed | Error)[]) {
    this.#commit = commit;
  }

  /**
   * @param filed resolves when the files that the work refers to are durable
   * @throws OrchestratorError `audit_unavailable`, or what `commit` answered
   */
  append(work: Work, run: string | null, filed: Promise<void> | null): Promise<Placed> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const waiting = { work, run, isReady: filed === null, resolve, reject };
      this.#waiting.push(waiting);
      if (filed === null) this.#schedule();
      else
        filed.then(
          () => this.#release(waiting),
          (error: unknown) => this.#fail(error),
        );
    });
  }

  /** @throws OrchestratorError `audit_unavailable` once something could not be made durable */
  assertHealthy(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Resolves when nothing waits any more; from then on every append fails. */
  async close(): Promise<void> {
    if (this.#waiting.length > 0) await new Promise<void>((resolve) => this.#drained.push(resolve));
    this.#failure ??= new OrchestratorError("audit_unavailable", "the store is closed; open the workspace again");
  }

  #release(waiting: Waiting<Work, Placed>): void {
    waiting.isReady = true;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isScheduled = false;
    const group = this.#take();
    if (group.length === 0) return;
    try {
      const outcomes = this.#commit(group.map(({ work }) => work));
      for (const [index, { resolve, reject }] of group.entries()) {
        const outcome = outcomes[index];
        if (outcome instanceof Error) reject(outcome);
        else if (outcome !== undefined) resolve(outcome);
      }
    } catch (error) {
      this.#waiting = [...group, ...this.#waiting];
      this.#fail(error);
      return;
    }
    if (this.#waiting.length > 0) this.#schedule();
    else this.#drain();
  }

  /** The next group: in order, without what is not ready and what stands behind it in its run. */
  #take(): readonly Waiting<Work, Placed>[] {
    const group: Waiting<Work, Placed>[] = [];
    const rest: Waiting<Work, Placed>[] = [];
    const blocked = new Set<string>();
    for (const [index, waiting] of this.#waiting.entries()) {
      if (group.length === GROUP) {
        this.#waiting = [...rest, ...this.#waiting.slice(index)];
        return group;
      }
      const isNext = waiting.isReady && !(waiting.run !== null && blocked.has(waiting.run));
      if (isNext) group.push(waiting);
      else rest.push(waiting);
      if (!isNext && waiting.run !== null) blocked.add(waiting.run);
    }
    this.#waiting = rest;
    return group;
  }

  #fail(error: unknown): void {
    const cause = storageFailure(error);
    const why = cause === undefined ? "the journal cannot be written" : cause.message;
    const details = { reason: cause?.code ?? "bug", ...cause?.details };
    this.#failure ??= new OrchestratorError(
      "audit_unavailable",
      `${why}; this process writes nothing more until it is started anew`,
      {
        details,
        cause: error,
      },
    );
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(this.#failure);
    this.#drain();
  }

  #drain(): void {
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}

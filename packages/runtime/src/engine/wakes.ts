import { durationMs, type RunId } from "@writ/core";
import type { Clock } from "../ports/clock.ts";

/** The longest a platform's timer can be trusted with. */
const LONGEST = 2_000_000_000;
/** Instants further off than this, in milliseconds, are not kept: a run that waits costs nothing but its rows. */
const AHEAD = 120_000;
/** The rows are read again when the first of those is as near as this, so at most once in as long. */
const NEAR = 60_000;

/** When which run is to be woken: one timer for all of them, and wakes are hints. */
export class Wakes {
  readonly #clock: Clock;
  readonly #wake: (run: RunId) => void;
  readonly #lookAhead: () => void;
  readonly #due = new Map<RunId, number>();
  /** The first instant that is not kept. */
  #far = Infinity;
  #stop: (() => void) | null = null;
  #armedFor = Infinity;

  /** @param lookAhead sets again every instant that the rows of the runs hold */
  constructor(clock: Clock, wake: (run: RunId) => void, lookAhead: () => void) {
    this.#clock = clock;
    this.#wake = wake;
    this.#lookAhead = lookAhead;
  }

  set(run: RunId, at: number): void {
    const isFar = at - this.#clock.now() > AHEAD;
    if (isFar) this.#due.delete(run);
    else this.#due.set(run, at);
    if (isFar && at < this.#far) this.#far = at;
    this.#armBefore(isFar ? at - NEAR : at);
  }

  delete(run: RunId): void {
    this.#due.delete(run);
  }

  clear(): void {
    this.#due.clear();
    this.#far = Infinity;
    this.#stop?.();
    this.#stop = null;
    this.#armedFor = Infinity;
  }

  #armBefore(at: number): void {
    if (at >= this.#armedFor) return;
    this.#stop?.();
    this.#armedFor = at;
    this.#stop = this.#clock.after(durationMs(Math.min(LONGEST, Math.max(0, at - this.#clock.now()))), () =>
      this.#fire(),
    );
  }

  #fire(): void {
    this.#stop = null;
    this.#armedFor = Infinity;
    const now = this.#clock.now();
    for (const [run, at] of this.#due) {
      if (at > now) this.#armBefore(at);
      else {
        this.#due.delete(run);
        this.#wake(run);
      }
    }
    if (this.#far - NEAR > now) return this.#armBefore(this.#far - NEAR);
    this.#far = Infinity;
    this.#lookAhead();
  }
}

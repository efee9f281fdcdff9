import { durationMs, type RunId } from "@writ/core";
import type { Clock } from "../ports/clock.ts";

/** The longest a platform's timer can be trusted with. */
const LONGEST = 2_000_000_000;

/** When which run is to be woken: one timer for all of them, and wakes are hints. */
export class Wakes {
  readonly #clock: Clock;
  readonly #wake: (run: RunId) => void;
  readonly #due = new Map<RunId, number>();
  #stop: (() => void) | null = null;
  #armedFor = Infinity;

  constructor(clock: Clock, wake: (run: RunId) => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  set(run: RunId, at: number): void {
    this.#due.set(run, at);
    if (at < this.#armedFor) this.#arm(at);
  }

  delete(run: RunId): void {
    this.#due.delete(run);
  }

  clear(): void {
    this.#due.clear();
    this.#stop?.();
    this.#stop = null;
    this.#armedFor = Infinity;
  }

  #arm(at: number): void {
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
    let next = Infinity;
    for (const [run, at] of this.#due) {
      if (at > now) next = Math.min(next, at);
      else {
        this.#due.delete(run);
        this.#wake(run);
      }
    }
    if (next < this.#armedFor) this.#arm(next);
  }
}

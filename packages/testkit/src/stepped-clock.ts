import { epochMs, type DurationMs } from "@writ/core";
import type { Clock } from "@writ/runtime";

/** A clock that stands at zero until a test lets time pass. */
export class SteppedClock implements Clock {
  #now = 0;
  #due: { readonly at: number; readonly run: () => void }[] = [];

  now = () => epochMs(this.#now);

  after = (delay: DurationMs, run: () => void): (() => void) => {
    const entry = { at: this.#now + delay, run };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  };

  /** The instants for which somebody waits, in the order in which they were asked for. */
  get armed(): readonly number[] {
    return this.#due.map(({ at }) => at);
  }

  /** Every timer fires at its own instant. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#due.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#now = Math.max(this.#now, next.at);
      this.#due = this.#due.filter((other) => other !== next);
      next.run();
    }
    this.#now = end;
  }
}

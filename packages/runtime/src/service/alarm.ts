import { durationMs } from "@writ/core";

import type { Clock } from "../ports/clock.ts";

/** One timer, for whatever comes first. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #armed: { readonly at: number; readonly cancel: () => void } | null = null;
  #isStopped = false;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at an instant, unless it rings before: whoever hears it asks what comes next. */
  set(at: number): void {
    if (this.#isStopped || (this.#armed !== null && this.#armed.at <= at)) return;
    this.#armed?.cancel();
    const cancel = this.#clock.after(durationMs(Math.max(0, at - this.#clock.now())), () => {
      this.#armed = null;
      this.#ring();
    });
    this.#armed = { at, cancel };
  }

  /** Never rings again. */
  stop(): void {
    this.#isStopped = true;
    this.#armed?.cancel();
  }
}

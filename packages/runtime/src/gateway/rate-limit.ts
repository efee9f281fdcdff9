import { durationMs, type EpochMs } from "@writ/core";
import type { Clock } from "../ports/clock.ts";

const MINUTE = 60_000;

/** Calls a minute, as a sliding window on the clock port: a call over the limit waits, it is never dropped. */
export class RateLimit {
  readonly #perMinute: number;
  readonly #clock: Clock;
  /** Instants of admissions in the last minute, those to come included. */
  #admitted: number[] = [];

  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** Resolves when the call may be sent; rejects with the signal's reason. */
  async admit(signal: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    const at = this.#next(now);
    this.#admitted.push(at);
    if (at > now) await pause(this.#clock, at - now, signal);
  }

  #next(now: EpochMs): number {
    this.#admitted = this.#admitted.filter((instant) => instant > now - MINUTE);
    if (this.#admitted.length < this.#perMinute) return now;
    return Math.max(now, (this.#admitted[this.#admitted.length - this.#perMinute] ?? now) + MINUTE);
  }
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = clock.after(durationMs(ms), resolve);
    signal.addEventListener("abort", () => {
      stop();
      reject(signal.reason);
    });
  });
}

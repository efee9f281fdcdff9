import { durationMs, type EpochMs } from "@writ/core";
import type { Clock } from "../ports/clock.ts";

const MINUTE = 60_000;

/** Calls a minute, as a sliding window on the clock port: a call over the limit waits, it is never dropped. */
export class RateLimit {
  readonly #perMinute: number;
  readonly #clock: Clock;
  /** Instants of the last admissions, oldest first, those to come included; as many as a minute may hold. */
  readonly #admitted: number[] = [];
  #oldest = 0;

  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** Resolves when the call may be sent; rejects with the signal's reason. */
  async admit(signal: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    const at = this.#next(now);
    if (at > now) await pause(this.#clock, at - now, signal);
  }

  /** The call that came one minute's worth of calls ago decides. */
  #next(now: EpochMs): number {
    if (this.#admitted.length < this.#perMinute) {
      this.#admitted.push(now);
      return now;
    }
    const at = Math.max(now, (this.#admitted[this.#oldest] ?? now) + MINUTE);
    this.#admitted[this.#oldest] = at;
    this.#oldest = (this.#oldest + 1) % this.#perMinute;
    return at;
  }
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      stop();
      reject(signal.reason);
    };
    const stop = clock.after(durationMs(ms), () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

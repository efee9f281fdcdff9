import type { DurationMs, EpochMs } from "@writ/core";

/** The time of day and the passing of time. A simulator decides both in tests. */
export interface Clock {
  now(): EpochMs;
  /** Calls back once after `delay`, without keeping the process alive. Returns the cancellation. */
  after(delay: DurationMs, run: () => void): () => void;
}

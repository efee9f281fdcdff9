import { InvariantError } from "../base/error.ts";
import { durationMs, type DurationMs } from "../base/time.ts";

export interface BackoffPolicy {
  readonly initial: DurationMs;
  readonly factor: number;
  readonly maximum: DurationMs;
}

export const DEFAULT_BACKOFF: BackoffPolicy = { initial: durationMs(250), factor: 2, maximum: durationMs(60_000) };

/**
 * Waiting time before a retry: exponential, capped, with full jitter.
 *
 * Jitter comes from the caller so that a replay waits exactly as long as the
 * run it replays.
 *
 * @param attempt the attempt that just failed, counted from 1
 * @param jitter uniform in [0, 1), from the Entropy port
 * @returns milliseconds in [0, `policy.maximum`)
 * @throws InvariantError if `attempt` < 1
 * @see M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015
 */
export function backoff(policy: BackoffPolicy, attempt: number, jitter: number): DurationMs {
  if (attempt < 1) throw new InvariantError("attempt counts from 1", { attempt });
  const ceiling = Math.min(policy.maximum, policy.initial * policy.factor ** (attempt - 1));
  return durationMs(Math.floor(ceiling * jitter));
}

import { OrchestratorError } from "@writ/core";
import type { Clock, Spending } from "@writ/runtime";

/** How many requests may be made, in a row and over time. */
export interface AllowanceLimits {
  /** Of one token, and of all who need none together. */
  readonly perMinute: number;
  readonly allPerMinute: number;
}

interface Bucket {
  left: number;
  at: number;
}

const ALL = "all";
const MINUTE_MS = 60_000;
/** Names that are kept at once; those that are full again go first. */
const MOST_BUCKETS = 10_000;

/** Who may ask how often: a bucket for each token and one for all, which fill up over a minute. A restart gives nothing back. */
export class Allowances {
  readonly #buckets = new Map<string, Bucket>();
  readonly #changed = new Set<string>();
  readonly #limits: AllowanceLimits;
  readonly #clock: Clock;

  constructor(limits: AllowanceLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  async recall(spending: Spending): Promise<void> {
    for (const { who, left, at_ms: at } of await spending.read()) this.#buckets.set(who, { left, at });
  }

  /** Writes down what was spent since the last time. */
  async remember(spending: Spending): Promise<void> {
    const rows = [...this.#changed].flatMap((who) => {
      const bucket = this.#buckets.get(who);
      return bucket === undefined ? [] : [{ who, left: bucket.left, at_ms: bucket.at }];
    });
    this.#changed.clear();
    if (rows.length > 0) await spending.write(rows);
  }

  /** @throws OrchestratorError `rate_limited` with the seconds until one may ask again */
  take(who: string): void {
    const now = this.#clock.now();
    const { perMinute, allPerMinute } = this.#limits;
    const own = this.#filled(who, perMinute, now);
    const all = this.#filled(ALL, allPerMinute, now);
    if (this.#buckets.size > MOST_BUCKETS) this.#sweep(now);
    const wait = Math.max(waitOf(own, perMinute), waitOf(all, allPerMinute));
    // A refusal takes nothing: who is over their own share takes none of the others'.
    if (wait === 0) {
      own.left -= 1;
      all.left -= 1;
      return;
    }
    throw new OrchestratorError("rate_limited", `too many requests; try again in ${wait} s`, {
      details: { retry_after_s: wait },
    });
  }

  /** A bucket with what came in since it was last looked at. */
  #filled(who: string, perMinute: number, now: number): Bucket {
    const bucket = this.#buckets.get(who) ?? { left: perMinute, at: now };
    const passed = Math.max(0, now - bucket.at);
    bucket.left = Math.min(perMinute, bucket.left + (passed * perMinute) / MINUTE_MS);
    bucket.at = now;
    this.#buckets.set(who, bucket);
    this.#changed.add(who);
    return bucket;
  }

  #sweep(now: number): void {
    for (const [who, { at }] of this.#buckets) if (who !== ALL && now - at > MINUTE_MS) this.#buckets.delete(who);
  }
}

/** Seconds until there is something to spend; 0 where there is. */
function waitOf({ left }: Bucket, perMinute: number): number {
  return left < 1 ? Math.max(1, Math.ceil(((1 - left) * MINUTE_MS) / perMinute / 1_000)) : 0;
}

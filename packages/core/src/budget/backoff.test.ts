import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { InvariantError } from "../base/error.ts";
import { durationMs } from "../base/time.ts";
import { backoff, DEFAULT_BACKOFF } from "./backoff.ts";

const ALMOST_ONE = 1 - Number.EPSILON / 2;

describe("the wait before a retry", () => {
  test.each([
    [1, 250],
    [2, 500],
    [3, 1_000],
    [8, 32_000],
    [9, 60_000],
    [1_000_000, 60_000],
  ])("after attempt %i lies below %i ms, and may be nothing", (attempt, ceiling) => {
    expect(backoff(DEFAULT_BACKOFF, attempt, 0)).toBe(0);
    expect(backoff(DEFAULT_BACKOFF, attempt, 0.5)).toBe(ceiling / 2);
    expect(backoff(DEFAULT_BACKOFF, attempt, ALMOST_ONE)).toBe(ceiling - 1);
  });

  test("is whole, within [0, ceiling), and never shorter for a later attempt under the same jitter", () => {
    let capped = 0;
    let growing = 0;
    const policies = fc.record({
      initial: fc.integer({ min: 0, max: 10_000 }).map(durationMs),
      factor: fc.integer({ min: 1, max: 4 }),
      maximum: fc.integer({ min: 1, max: 100_000 }).map(durationMs),
    });
    const jitter = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 12 }), jitter, (policy, attempt, share) => {
        const ceiling = Math.min(policy.maximum, policy.initial * policy.factor ** (attempt - 1));
        capped += ceiling === policy.maximum ? 1 : 0;
        growing += ceiling > policy.initial && ceiling < policy.maximum ? 1 : 0;
        const wait = backoff(policy, attempt, share);
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThan(Math.max(1, ceiling));
        expect(backoff(policy, attempt + 1, share)).toBeGreaterThanOrEqual(wait);
      }),
      { numRuns: 500 },
    );
    expect(capped).toBeGreaterThan(50);
    expect(growing).toBeGreaterThan(20);
  });

  test("is spread over its whole range, not drawn around its end", () => {
    const waits = Array.from({ length: 1_000 }, (_, n) => backoff(DEFAULT_BACKOFF, 5, n / 1_000));
    for (const quarter of [0, 1, 2, 3]) {
      const within = waits.filter((wait) => Math.floor(wait / 1_000) === quarter);
      expect(within).toHaveLength(250);
    }
  });

  test("of an attempt before the first is nonsense", () => {
    expect(() => backoff(DEFAULT_BACKOFF, 0, 0.5)).toThrow(InvariantError);
  });
});

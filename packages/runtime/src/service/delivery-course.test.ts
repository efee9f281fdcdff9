import fc from "fast-check";
import { expect, test } from "vitest";

import type { SendOutcome } from "../ports/destination.ts";
import { ATTEMPT_TIMEOUT, begun, concluded, MOST_ATTEMPTS, queuedCourse } from "./delivery-course.ts";

const HOUR_MS = 3_600_000;

const failure = (retryAfterMs: number | null): SendOutcome => ({
  kind: "failed",
  status: 503,
  error: "status",
  retryAfterMs,
});

const outcome = fc.oneof(
  { weight: 8, arbitrary: fc.option(fc.nat({ max: 48 * HOUR_MS })).map(failure) },
  { weight: 1, arbitrary: fc.constant<SendOutcome>({ kind: "delivered", status: 200, error: null }) },
  { weight: 1, arbitrary: fc.constant<SendOutcome>({ kind: "gone", status: 410 }) },
  /** A process died, and nobody knows. */
  { weight: 3, arbitrary: fc.constant(null) },
);
const step = fc.record({ outcome, jitter: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }) });

test("whatever is answered or never said, a delivery ends once, after at most the most attempts, within about a day", () => {
  const premises = { delivered: 0, gone: 0, exhausted: 0, silent: 0 };
  fc.assert(
    fc.property(fc.array(step, { minLength: MOST_ATTEMPTS + 1, maxLength: 20 }), (steps) => {
      let course = queuedCourse(0);
      let sent = 0;
      for (const { outcome, jitter } of steps) {
        if (course.state !== "pending") break;
        const now = course.nextAt ?? Number.NaN;
        expect(Number.isFinite(now)).toBe(true);
        course = begun(course, now, jitter);
        if (course.state !== "pending") break;
        sent += 1;
        // Nobody else may take it while it is under way.
        expect(course.nextAt).toBeGreaterThanOrEqual(now + ATTEMPT_TIMEOUT);
        if (outcome === null) premises.silent += 1;
        else course = concluded(course, outcome, now + 1, jitter);
      }
      expect(course.state).not.toBe("pending");
      expect(course.nextAt).toBeNull();
      expect(sent).toBeLessThanOrEqual(MOST_ATTEMPTS);
      expect(course.attempts).toBe(sent);
      expect(course.endedAt).toBeLessThanOrEqual(26 * HOUR_MS);
      if (course.state === "delivered") premises.delivered += 1;
      else if (course.error === "gone") premises.gone += 1;
      else premises.exhausted += 1;
    }),
    { numRuns: 2_000 },
  );
  for (const count of Object.values(premises)) expect(count).toBeGreaterThan(100);
});

test("a receiver that asks for patience gets it, up to three hours", () => {
  const course = begun(queuedCourse(0), 0, 0);
  expect(concluded(course, failure(90_000), 5, 0).nextAt).toBe(90_005);
  expect(concluded(course, failure(99 * HOUR_MS), 5, 0).nextAt).toBe(3 * HOUR_MS + 5);
  expect(concluded(course, failure(null), 5, 0.5).nextAt).toBe(2_505);
});

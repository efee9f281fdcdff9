import { backoff, durationMs, type BackoffPolicy } from "@writ/core";

import type { DeliveryCourse } from "../ports/deliveries.ts";
import type { SendOutcome } from "../ports/destination.ts";

/** Attempts of one delivery, until it is put back by a person. */
export const MOST_ATTEMPTS = 8;

/** How long one attempt may take. */
export const ATTEMPT_TIMEOUT = durationMs(10_000);

/** 5 s, 25 s, 2 min, 10 min, 52 min, and then an hour. */
const BACKOFF: BackoffPolicy = { initial: durationMs(5_000), factor: 5, maximum: durationMs(3_600_000) };

/** A receiver that asks for longer is asked again after this: all attempts lie within about a day. */
const LONGEST_RETRY_AFTER_MS = 3 * 3_600_000;

/** A delivery nobody has tried yet. */
export function queuedCourse(now: number): DeliveryCourse {
  return { state: "pending", attempts: 0, nextAt: now, endedAt: null, status: null, error: null };
}

/**
 * An attempt is counted before it is made, and what is written then holds if nobody ever says how it ended: however
 * often processes die, a receiver sees no more than the most attempts.
 *
 * @param jitter uniform in [0, 1)
 */
export function begun(course: DeliveryCourse, now: number, jitter: number): DeliveryCourse {
  if (course.attempts >= MOST_ATTEMPTS) return buried(course, now, course.error ?? "interrupted");
  const attempts = course.attempts + 1;
  const nextAt = now + ATTEMPT_TIMEOUT + backoff(BACKOFF, attempts, jitter);
  return { ...course, attempts, nextAt, error: "interrupted" };
}

/** What follows from an attempt that ended. @param jitter uniform in [0, 1) */
export function concluded(course: DeliveryCourse, outcome: SendOutcome, now: number, jitter: number): DeliveryCourse {
  switch (outcome.kind) {
    case "delivered":
      return { ...course, ...ended("delivered", now), status: outcome.status, error: outcome.error };
    case "gone":
      return { ...course, ...ended("dead", now), status: outcome.status, error: "gone" };
    case "failed": {
      const { status, error, retryAfterMs } = outcome;
      if (course.attempts >= MOST_ATTEMPTS) return { ...course, ...ended("dead", now), status, error };
      const asked = Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
      return { ...course, nextAt: now + Math.max(asked, backoff(BACKOFF, course.attempts, jitter)), status, error };
    }
  }
}

/** Nothing more is tried, because of something that is not an answer. */
export function buried(course: DeliveryCourse, now: number, error: string): DeliveryCourse {
  return { ...course, ...ended("dead", now), error };
}

function ended(state: "delivered" | "dead", now: number): Pick<DeliveryCourse, "state" | "nextAt" | "endedAt"> {
  return { state, nextAt: null, endedAt: now };
}

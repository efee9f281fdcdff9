import { dayNumber, dayOf, longDay, timeOfDay } from "../system/clock.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Relative below a day, then the date: `now`, `2 min`, `3 h`, `14:02`, `21 Nov`. */
export function when(at: number, now: number): string {
  const ago = now - at;
  if (ago < MINUTE) return "now";
  if (ago < HOUR) return `${Math.floor(ago / MINUTE)} min`;
  if (ago < 6 * HOUR) return `${Math.floor(ago / HOUR)} h`;
  return dayNumber(at) === dayNumber(now) ? timeOfDay(at) : dayOf(at);
}

/** The heading of a day's runs. */
export function dayHeading(at: number, now: number): string {
  if (dayNumber(at) === dayNumber(now)) return "Today";
  if (dayNumber(at) === dayNumber(now - DAY)) return "Yesterday";
  return longDay(at);
}

/**
 * How often a countdown's text changes: each minute, each 10 s below 10
 * minutes, each second in the last.
 *
 * @returns the remaining milliseconds, cut to what is worth saying
 */
export function countdown(leftMs: number): number {
  const left = Math.max(0, leftMs);
  if (left >= 10 * MINUTE) return left - (left % MINUTE);
  if (left >= MINUTE) return left - (left % 10_000);
  return left - (left % 1_000);
}

/** Whether the remaining time is one that is spoken: 10, 1 and 0 minutes. */
export function spokenMinute(leftMs: number): string | null {
  if (leftMs <= 0) return "This request has expired.";
  if (leftMs <= MINUTE) return "1 minute left to decide.";
  if (leftMs <= 10 * MINUTE) return "10 minutes left to decide.";
  return null;
}

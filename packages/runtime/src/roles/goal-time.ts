import type { TimeWords } from "./lexicon.ts";

/** A word before it is understood. */
export interface RawWord {
  readonly start: number;
  readonly end: number;
  readonly key: string;
}

const COMPACT = /^([0-9]{1,4})([a-z]+)$/;
const DIGITS = /^[0-9]{1,4}$/;
const HOURS_PER_DAY = 24;

/**
 * A span of time at the beginning of these words: `last 24 hours`, `two days`,
 * `36h`, `this week`, `yesterday`, `monday`.
 *
 * @returns hours back from now that surely hold it, and how many words say so; null when they say no time
 */
export function readTime(
  words: readonly RawWord[],
  time: TimeWords,
  today: string,
): { readonly hours: number; readonly words: number } | null {
  const keys = words.map((each) => each.key);
  const lately = time.lately.has(keys[0] ?? "") ? 1 : 0;
  const [first, second] = keys.slice(lately);
  if (first === undefined) return null;
  const day = time.days.get(first) ?? weekday(first, time, today);
  if (day !== null) return { hours: day, words: lately + 1 };
  const pair = time.numbers.has(`${first} ${second ?? ""}`) ? 2 : 1;
  const count =
    time.numbers.get(pair === 2 ? `${first} ${second ?? ""}` : first) ?? (DIGITS.test(first) ? Number(first) : null);
  const unit = time.hoursIn.get(keys[lately + pair] ?? "");
  if (count !== null && count > 0 && unit !== undefined) return { hours: count * unit, words: lately + pair + 1 };
  const compact = COMPACT.exec(first);
  const compactUnit = time.hoursIn.get(compact?.[2] ?? "");
  if (compact !== null && compactUnit !== undefined && Number(compact[1]) > 0) {
    return { hours: Number(compact[1]) * compactUnit, words: lately + 1 };
  }
  const bare = lately === 1 ? time.hoursIn.get(first) : undefined;
  return bare === undefined ? null : { hours: bare, words: 2 };
}

/** Back to the beginning of the last such day; today's own name is a week ago. */
function weekday(name: string, time: TimeWords, today: string): number | null {
  const wanted = time.weekdays.indexOf(name);
  if (wanted === -1) return null;
  const now = new Date(`${today}T00:00:00Z`).getUTCDay();
  const back = (now - wanted + 7) % 7;
  return ((back === 0 ? 7 : back) + 1) * HOURS_PER_DAY;
}

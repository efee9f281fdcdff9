/** The instant, in milliseconds since 1970, by this machine's clock. */
export function now(): number {
  return Date.now();
}

/** An instant as the wire spells it, in milliseconds since 1970. */
export function instantOf(text: string): number {
  return Date.parse(text);
}

/** RFC 3339 in UTC. */
export function written(ms: number): string {
  return new Date(ms).toISOString();
}

const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const SECONDS = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const LONG_DAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const WHOLE = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });

/** `14:02`, local. */
export const timeOfDay = (ms: number): string => TIME.format(ms);
/** `14:02:08`, local. */
export const clockTime = (ms: number): string => SECONDS.format(ms);
/** `21 Nov`, local. */
export const dayOf = (ms: number): string => DAY.format(ms);
/** `Friday 20 November`, local. */
export const longDay = (ms: number): string => LONG_DAY.format(ms);
/** With its zone, for whoever hovers. */
export const wholeInstant = (ms: number): string => WHOLE.format(ms);
/** Two instants of one local day have the same. */
export const dayNumber = (ms: number): string => new Date(ms).toDateString();

/** Milliseconds since this page was opened; never goes back. */
export function elapsed(): number {
  return performance.now();
}

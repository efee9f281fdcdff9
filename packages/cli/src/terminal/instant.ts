import { duration } from "@writ/core/text/figure";
import type { Screen } from "./screen.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MS_PER_DAY = 86_400_000;
const MS_PER_HOUR = 3_600_000;
const MS_PER_MINUTE = 60_000;

/** `14:02:08`, local. */
export function clockTime(screen: Screen, at: number): string {
  return localText(screen, at).slice(11, 19);
}

/** `21 Nov 14:19`, local. */
export function dayAndTime(screen: Screen, at: number): string {
  return `${day(screen, at)} ${localText(screen, at).slice(11, 16)}`;
}

/** `19 Nov`, local. */
export function day(screen: Screen, at: number): string {
  const local = localText(screen, at);
  return `${Number(local.slice(8, 10))} ${MONTHS[Number(local.slice(5, 7)) - 1] ?? ""}`;
}

/** Today's instants as a time, earlier ones as a day: `14:02:08` or `19 Nov`. */
export function timeOrDay(screen: Screen, at: number, now: number): string {
  return localText(screen, at).slice(0, 10) === localText(screen, now).slice(0, 10)
    ? clockTime(screen, at)
    : day(screen, at);
}

/** `just now`, `2 min ago`, `3 h ago`, from a day on the date. */
export function ago(screen: Screen, at: number, now: number): string {
  const past = now - at;
  if (past < MS_PER_MINUTE) return "just now";
  if (past < MS_PER_HOUR) return `${Math.floor(past / MS_PER_MINUTE)} min ago`;
  return past < MS_PER_DAY ? `${Math.floor(past / MS_PER_HOUR)} h ago` : day(screen, at);
}

/** `2026-11-20T14:02:08Z`: RFC 3339 in UTC, to the second. */
export function wireTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** `4 min`: the largest unit of a distance in time that matters to a reader. */
export function about(ms: number): string {
  if (ms < MS_PER_MINUTE) return duration(ms);
  return ms < MS_PER_HOUR ? `${Math.floor(ms / MS_PER_MINUTE)} min` : `${Math.floor(ms / MS_PER_HOUR)} h`;
}

/** Local date and time in the shape of RFC 3339, without a zone. */
function localText(screen: Screen, at: number): string {
  return new Date(at + screen.offsetAt(at) * MS_PER_MINUTE).toISOString();
}

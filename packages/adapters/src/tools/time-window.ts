import { epochMs, type EpochMs } from "@writ/core";

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d)))?$/;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MS_PER_MINUTE = 60_000;
const MS_PER_DAY = 86_400_000;

/**
 * An instant of RFC 3339, or a date, which begins at midnight UTC. Null for any other text, for a day no calendar
 * has, and for what lies before 1970.
 *
 * Days are counted as H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2021.
 */
export function parseInstant(text: string): EpochMs | null {
  const parts = RFC_3339.exec(text);
  if (parts === null) return null;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const [hour, minute, second] = [Number(parts[4] ?? 0), Number(parts[5] ?? 0), Number(parts[6] ?? 0)];
  if (day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 60) return null;
  const offset = (Number(parts[9] ?? 0) * 60 + Number(parts[10] ?? 0)) * (parts[8] === "-" ? -1 : 1);
  const time =
    ((hour * 60 + minute - offset) * 60 + second) * 1_000 + Number((parts[7] ?? "0").padEnd(3, "0").slice(0, 3));
  const at = daysSince1970(year, month, day) * MS_PER_DAY + time;
  return at < 0 || Math.abs(offset) * MS_PER_MINUTE >= MS_PER_DAY ? null : epochMs(at);
}

function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

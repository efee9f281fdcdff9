declare const unit: unique symbol;

/** Milliseconds since 1970-01-01T00:00:00Z, a non-negative integer. */
export type EpochMs = number & { readonly [unit]: "epoch_ms" };

/** A duration in milliseconds, a non-negative integer. */
export type DurationMs = number & { readonly [unit]: "duration_ms" };

export function epochMs(value: number): EpochMs {
  return value as EpochMs;
}

export function durationMs(value: number): DurationMs {
  return value as DurationMs;
}

const MS_PER_DAY = 86_400_000;

/**
 * RFC 3339 in UTC with three decimals, such as `2026-11-20T21:04:05.431Z`.
 *
 * Written without `Date`, which the core may not use: civil-from-days after
 * H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2021.
 */
export function toRfc3339(at: EpochMs): string {
  const days = Math.floor(at / MS_PER_DAY);
  const ms = at - days * MS_PER_DAY;
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const two = (n: number): string => String(n).padStart(2, "0");
  const time = `${two(Math.floor(ms / 3_600_000))}:${two(Math.floor(ms / 60_000) % 60)}:${two(Math.floor(ms / 1_000) % 60)}`;
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${time}.${String(ms % 1_000).padStart(3, "0")}Z`;
}

const RFC3339 = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,3})[0-9]*)?Z$/;

/** Epoch milliseconds of an instant in UTC; null when the text is none. @see `toRfc3339` */
export function fromRfc3339(text: string): EpochMs | null {
  const match = RFC3339.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return null;
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  const days = era * 146_097 + dayOfEra - 719_468;
  const ms = Number((match[7] ?? "").padEnd(3, "0"));
  return epochMs(days * MS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1_000 + ms);
}

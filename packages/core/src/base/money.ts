/** Inside, money is whole thousandths of a cent; outside, a decimal number of cents. Both turn into each other here alone. */
const MILLICENTS = 1_000;

/** The most cents an amount may be; from some four times as many on, a number no longer tells thousandths apart. */
export const MOST_CENTS = 1_000_000_000_000;

/** @param millicents whole thousandths of a cent */
export function centsOf(millicents: number): number {
  return millicents / MILLICENTS;
}

/** @param cents with at most three decimals, at most `MOST_CENTS`; what is finer is rounded */
export function millicentsOf(cents: number): number {
  return Math.round(cents * MILLICENTS);
}

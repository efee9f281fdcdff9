/** Numbers that a seed decides: mulberry32, good enough to vary tests and nothing else. */
export interface Dice {
  /** An integer in [0, sides). */
  roll(sides: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly [T, ...T[]]): T;
  bytes(length: number): Uint8Array;
}

/** @see T. Ettinger, "Mulberry32", 2017 */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const roll = (sides: number): number => Math.floor(next() * sides);
  return {
    roll,
    chance: (probability) => next() < probability,
    pick: (list) => list[roll(list.length)] ?? list[0],
    bytes: (length) => Uint8Array.from({ length }, () => roll(256)),
  };
}

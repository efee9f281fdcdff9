/**
 * All the chance of a simulation: the same seed gives the same world, on every machine.
 *
 * @see T. Ettinger, "Mulberry32", 2017
 */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) >>> 0;
    this.next();
  }

  /** Uniform in [0, 2³²). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** Uniform in [0, `bound`). */
  below(bound: number): number {
    return this.next() % bound;
  }

  /** Uniform in [`low`, `high`], both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability * 2 ** 32;
  }

  /** @throws TypeError for an empty list */
  pick<T>(items: readonly T[]): T {
    const [item] = items.slice(this.below(Math.max(1, items.length)));
    if (item === undefined) throw new TypeError("nothing to pick from");
    return item;
  }

  /** One of the names, as often as its weight says. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries<number>(weights);
    const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
    let left = (this.next() / 2 ** 32) * total;
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0 && isNameOf(weights, name)) return name;
    }
    throw new TypeError("no name has a weight");
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** Dice of its own for one part of the world, so that parts do not disturb each other. */
  fork(): Random {
    return new Random(this.next());
  }
}

function isNameOf<T extends string>(names: Readonly<Record<T, number>>, name: string): name is T {
  return Object.hasOwn(names, name);
}

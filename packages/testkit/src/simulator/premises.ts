/** How often the dangerous situations really came up: an invariant that was never at risk was not tested. */
export class Premises {
  readonly #counts = new Map<string, number>();

  count(premise: string, times = 1): void {
    this.#counts.set(premise, (this.#counts.get(premise) ?? 0) + times);
  }

  of(premise: string): number {
    return this.#counts.get(premise) ?? 0;
  }

  /** Takes over what another world counted. */
  add(other: Premises): void {
    for (const [premise, times] of other.#counts) this.count(premise, times);
  }

  /** By name, so that two tables can be laid side by side. */
  rows(): readonly (readonly [premise: string, times: number])[] {
    return [...this.#counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }
}

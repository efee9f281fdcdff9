/**
 * Work beside the runs. It may be slow or go wrong, which is its own affair: it never stops a run, and what goes wrong
 * is counted.
 */
export class SideWork {
  readonly #under = new Set<Promise<void>>();
  #failures = 0;

  get failures(): number {
    return this.#failures;
  }

  begin(act: () => Promise<void>): void {
    const doing = this.#tried(act).finally(() => this.#under.delete(doing));
    this.#under.add(doing);
  }

  /** Resolves when nothing is under way any more, what was begun meanwhile included. */
  async settled(): Promise<void> {
    while (this.#under.size > 0) await Promise.all(this.#under);
  }

  async #tried(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#failures += 1;
    }
  }
}

/** One after another for the same path, so that of two changes that expect the same bytes only the first finds them. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  async take<T>(path: string, change: () => Promise<T>): Promise<T> {
    const before = this.#last.get(path) ?? Promise.resolve();
    const mine = before.then(change, change);
    this.#last.set(path, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(path) === mine) this.#last.delete(path);
    }
  }
}

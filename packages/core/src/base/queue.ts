/**
 * A first-in, first-out set whose entries may leave from anywhere, in constant
 * time. An array with a head index: a native set used this way slows down with
 * the entries that were taken from its front.
 */
export class Queue<T> {
  #items: T[] = [];
  #head = 0;
  /** Added to an index to name a place for ever, across compactions. */
  #offset = 0;
  /** The place of each waiting entry; an item at another place is stale. */
  readonly #places = new Map<T, number>();

  get size(): number {
    return this.#places.size;
  }

  /** The first entry; undefined when empty. */
  get head(): T | undefined {
    if (this.#places.size === 0) return undefined;
    for (;;) {
      const item = this.#items[this.#head];
      if (item !== undefined && this.#places.get(item) === this.#head + this.#offset) return item;
      this.#head += 1;
    }
  }

  has(item: T): boolean {
    return this.#places.has(item);
  }

  /** Does nothing when the item waits already. */
  push(item: T): void {
    if (this.#places.has(item)) return;
    if (this.#head > 1_024 && this.#head * 2 > this.#items.length) this.#compact();
    this.#places.set(item, this.#items.length + this.#offset);
    this.#items.push(item);
  }

  delete(item: T): void {
    this.#places.delete(item);
  }

  /** From the head, in order. */
  values(): readonly T[] {
    return [...this.#places].toSorted(([, a], [, b]) => a - b).map(([item]) => item);
  }

  #compact(): void {
    this.#items = this.#items.slice(this.#head);
    this.#offset += this.#head;
    this.#head = 0;
  }
}

/** Due instants by key, the earliest at hand: a binary heap in which outdated nodes are passed over. */
export class Timers {
  readonly #due = new Map<string, number>();
  readonly #heap: { readonly key: string; readonly at: number }[] = [];

  set(key: string, at: number): void {
    this.#due.set(key, at);
    this.#heap.push({ key, at });
    this.#up(this.#heap.length - 1);
  }

  clear(key: string): void {
    this.#due.delete(key);
  }

  /** The earliest timer; ties go to the one set first in the order of keys. */
  earliest(): { readonly key: string; readonly at: number } | null {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (this.#due.get(top.key) === top.at) return top;
      this.#pop();
    }
    return null;
  }

  get size(): number {
    return this.#due.size;
  }

  /** Keys with their instants, for tests and snapshots. */
  entries(): readonly (readonly [string, number])[] {
    return [...this.#due].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  #before(a: number, b: number): boolean {
    const [left, right] = [this.#heap[a], this.#heap[b]];
    if (left === undefined || right === undefined) return false;
    return left.at < right.at || (left.at === right.at && left.key < right.key);
  }

  #swap(a: number, b: number): void {
    const [left, right] = [this.#heap[a], this.#heap[b]];
    if (left === undefined || right === undefined) return;
    this.#heap[a] = right;
    this.#heap[b] = left;
  }

  #up(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #pop(): void {
    this.#swap(0, this.#heap.length - 1);
    this.#heap.pop();
    for (let at = 0; ;) {
      const left = at * 2 + 1;
      const child = this.#before(left + 1, left) ? left + 1 : left;
      if (!this.#before(child, at)) return;
      this.#swap(at, child);
      at = child;
    }
  }
}

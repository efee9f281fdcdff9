/** The end of a stream: as many bytes as fit, and how many went before them. */
export class Tail {
  readonly #limit: number;
  #chunks: Uint8Array[] = [];
  #kept = 0;
  #dropped = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#kept += chunk.length;
    // Joined only when twice the limit is held, so that a flood of small chunks costs no more than its bytes.
    if (this.#kept > 2 * this.#limit + 65_536) this.#cut();
  }

  take(): { readonly bytes: Uint8Array; readonly dropped: number } {
    this.#cut();
    return { bytes: Buffer.concat(this.#chunks), dropped: this.#dropped };
  }

  #cut(): void {
    if (this.#kept <= this.#limit) return;
    const over = this.#kept - this.#limit;
    // Copied, so that the longer buffer can go.
    this.#chunks = [Uint8Array.from(Buffer.concat(this.#chunks).subarray(over))];
    this.#kept = this.#limit;
    this.#dropped += over;
  }
}

import { writeHex } from "./hex.ts";
import { writeUtf8 } from "./utf8.ts";

/** Room that is kept between two uses. */
const KEPT_BYTES = 1_024;

/**
 * Bytes on their way into a hash function, put together in one place that is
 * used again and again: an array of their own would cost more than hashing
 * them. Each use begins with `begin` and ends with `bytes`.
 */
export class Preimage {
  readonly #prefix: Uint8Array;
  #room: Uint8Array;
  #length: number;

  /** @param prefix what every preimage of this kind begins with */
  constructor(prefix: Uint8Array) {
    this.#prefix = prefix;
    this.#room = prefix;
    this.#length = prefix.length;
  }

  /** Forgets everything but the prefix. @param more bytes that will follow it at most */
  begin(more: number): this {
    const wanted = this.#prefix.length + more;
    if (this.#room.length < wanted || this.#room.length > KEPT_BYTES) {
      this.#room = new Uint8Array(Math.max(KEPT_BYTES, wanted));
      this.#room.set(this.#prefix);
    }
    this.#length = this.#prefix.length;
    return this;
  }

  add(part: Uint8Array): this {
    this.#room.set(part, this.#length);
    this.#length += part.length;
    return this;
  }

  /** Eight bytes, big-endian, of an integer in [0, 2^53). */
  u64(value: number): this {
    for (let at = 7, rest = value; at >= 0; at -= 1, rest = Math.floor(rest / 256))
      this.#room[this.#length + at] = rest % 256;
    this.#length += 8;
    return this;
  }

  /** @param digits an even number, lower-case */
  hex(digits: string): this {
    this.#length = writeHex(digits, this.#room, this.#length);
    return this;
  }

  /** @throws OrchestratorError `json_surrogate` if the text holds half of a surrogate pair */
  text(text: string): this {
    this.#length = writeUtf8(text, this.#room, this.#length);
    return this;
  }

  /** What was put together, until the next `begin`. */
  bytes(): Uint8Array {
    return this.#room.subarray(0, this.#length);
  }
}

import type { Entropy } from "@writ/runtime";

/** Without letters and digits that look alike. */
const ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUPS = [4, 4, 4] as const;
/** Wrong codes that are listened to; 59 bits are not guessed in so many. */
const MOST_TRIES = 20;

/** A code that is typed or clicked once. */
export class OneTimeCode {
  /** Such as `4F7K-92QD-HX3M`. */
  readonly text: string;
  readonly #equal: (a: string, b: string) => boolean;
  #isOpen = true;
  #tries = 0;

  constructor(entropy: Entropy, equal: (a: string, b: string) => boolean) {
    this.#equal = equal;
    this.text = GROUPS.map((length) => lettersFrom(entropy, length)).join("-");
  }

  /** Whether it is this code and nobody used it before. */
  redeem(given: string): boolean {
    if (!this.#isOpen || this.#tries >= MOST_TRIES) return false;
    this.#tries += 1;
    const isIt = this.#equal(plain(given), plain(this.text));
    if (isIt) this.#isOpen = false;
    return isIt;
  }
}

function plain(text: string): string {
  return text.toUpperCase().replaceAll(/[\s-]/g, "");
}

function lettersFrom(entropy: Entropy, length: number): string {
  let letters = "";
  while (letters.length < length) {
    const [byte = 255] = entropy.bytes(1);
    // Of 256 values, the last 16 would make some letters likelier.
    if (byte < ALPHABET.length * 8) letters += ALPHABET.charAt(byte % ALPHABET.length);
  }
  return letters;
}

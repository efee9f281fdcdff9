const BASE32 = "0123456789abcdefghjkmnpqrstvwxyz";

/**
 * Crockford's alphabet in lower case, most significant bit first.
 *
 * @param bytes a multiple of five, so that no bit is left over
 * @see D. Crockford, "Base 32", 2019
 */
export function toBase32(bytes: Uint8Array): string {
  let text = "";
  for (let end = 5; end <= bytes.length * 8; end += 5) {
    const at = (end - 1) >> 3;
    const pair = ((bytes[at - 1] ?? 0) << 8) | (bytes[at] ?? 0);
    text += BASE32.charAt((pair >> (at * 8 + 8 - end)) & 31);
  }
  return text;
}

/** @param value an integer in [0, 2^53) */
export function base32Number(value: number, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = BASE32.charAt(rest % 32) + text;
  return text;
}

/** The bits of a text in the alphabet above as hex digits; those that fill up the first digit are zero. */
export function fromBase32(text: string): string {
  let value = 0n;
  for (const character of text) value = value * 32n + BigInt(BASE32.indexOf(character));
  return value.toString(16).padStart(Math.ceil((text.length * 5) / 4), "0");
}

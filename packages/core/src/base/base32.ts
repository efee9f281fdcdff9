const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/**
 * Crockford's alphabet in lower case, most significant bit first.
 *
 * @param bytes a multiple of five, so that no bit is left over
 * @see D. Crockford, "Base 32", 2019
 */
export function toBase32(bytes: Uint8Array): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET.charAt((buffer >> (bits - 5)) & 31);
  }
  return text;
}

/** @param value an integer in [0, 2^53) */
export function base32Number(value: number, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = ALPHABET.charAt(rest % 32) + text;
  return text;
}

const BASE32 = "0123456789abcdefghjkmnpqrstvwxyz";

/**
 * Crockford's alphabet in lower case, most significant bit first.
 *
 * @param bytes a multiple of five, so that no bit is left over
 * @see D. Crockford, "Base 32", 2019
 */
export function toBase32(bytes: Uint8Array): string {
  const digits = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n).toString(32);
  const padded = digits.padStart((bytes.length * 8) / 5, "0");
  return padded.replace(/./g, (digit) => BASE32.charAt(Number.parseInt(digit, 32)));
}

/** @param value an integer in [0, 2^53) */
export function base32Number(value: number, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = BASE32.charAt(rest % 32) + text;
  return text;
}

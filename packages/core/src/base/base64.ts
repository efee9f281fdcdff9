const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The standard alphabet, with padding (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let shift = 18; shift >= 0; shift -= 6) text += ALPHABET.charAt((group >> shift) & 63);
  }
  const excess = (3 - (bytes.length % 3)) % 3;
  return text.slice(0, text.length - excess) + "=".repeat(excess);
}

/** @returns undefined unless the text is exactly what `toBase64` writes: no other spelling of the same bytes is read */
export function fromBase64(text: string): Uint8Array | undefined {
  if (!BASE64.test(text)) return undefined;
  const digits = text.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let buffer = 0;
  for (let at = 0; at < digits.length; at += 1) {
    buffer = ((buffer << 6) | ALPHABET.indexOf(digits.charAt(at))) & 0xffffff;
    const bits = (at + 1) * 6;
    if (bits % 8 < 6) bytes[Math.floor(bits / 8) - 1] = buffer >> (bits % 8);
  }
  return toBase64(bytes) === text ? bytes : undefined;
}

const DIGITS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const HEX = /^(?:[0-9a-f]{2})*$/;

/** Lower-case. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += DIGITS[byte] ?? "";
  return text;
}

/** @returns undefined unless the text is an even number of lower-case digits */
export function fromHex(text: string): Uint8Array | undefined {
  if (!HEX.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  writeHex(text, bytes, 0);
  return bytes;
}

/**
 * Writes the bytes of lower-case digits that are known to be some.
 *
 * @returns where the next byte would stand
 */
export function writeHex(digits: string, into: Uint8Array, at: number): number {
  let to = at;
  for (let from = 0; from < digits.length; from += 2) into[to++] = digit(digits, from) * 16 + digit(digits, from + 1);
  return to;
}

function digit(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit < 0x3a ? unit - 0x30 : unit - 0x57;
}

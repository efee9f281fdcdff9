const ENCODER = new TextEncoder();

/** @param text without half a surrogate pair, as JSON of ours never has one */
export function utf8(text: string): Uint8Array {
  return ENCODER.encode(text);
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** @returns null unless the text is exactly what `base64` writes: no other spelling of the same bytes is read */
export function fromBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}

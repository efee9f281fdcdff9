const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a file's bytes, to the last character; null unless they are UTF-8 without NUL. */
export function plainText(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return DECODER.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

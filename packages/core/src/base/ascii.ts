/** Text with its ASCII capitals made small, as SQLite's `lower` does; everything else stays. */
export function asciiLower(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

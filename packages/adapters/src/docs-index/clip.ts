/** The first `length` UTF-16 units, less one where that would halve a character: half a pair is no text. */
export function clip(text: string, length: number): string {
  const cut = text.slice(0, length);
  return cut.length < text.length && /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

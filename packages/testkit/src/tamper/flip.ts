/** A copy with one bit of one byte changed. */
export function flipped(bytes: Uint8Array, at: number, bit = 1): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ bit;
  return copy;
}

/** A copy of the bundle with one file replaced. */
export function withFile(
  files: ReadonlyMap<string, Uint8Array>,
  name: string,
  bytes: Uint8Array,
): ReadonlyMap<string, Uint8Array> {
  return new Map([...files, [name, bytes]]);
}

/**
 * The known name a mistyped one most likely meant.
 *
 * @returns null where none is within a third of its length, at least one edit
 */
export function nearest(typed: string, known: Iterable<string>): string | null {
  let best: { readonly name: string; readonly edits: number } | null = null;
  for (const name of known) {
    const allowed = Math.max(1, Math.floor(Math.max(typed.length, name.length) / 3));
    if (Math.abs(typed.length - name.length) > allowed) continue;
    const edits = distance(typed.toLowerCase(), name.toLowerCase());
    if (edits <= allowed && (best === null || edits < best.edits)) best = { name, edits };
  }
  return best?.name ?? null;
}

/**
 * Edits between two texts: insert, delete, replace, or swap two neighbours.
 *
 * @see F. Damerau, "A technique for computer detection and correction of spelling errors", CACM 7(3), 1964; optimal string alignment
 */
export function distance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const at = (list: readonly number[], index: number): number => list[index] ?? Infinity;
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current.push(
        Math.min(
          at(last, column) + 1,
          at(current, column - 1) + 1,
          at(last, column - 1) + (same ? 0 : 1),
          swapped ? at(beforeLast, column - 2) + 1 : Infinity,
        ),
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? a.length;
}

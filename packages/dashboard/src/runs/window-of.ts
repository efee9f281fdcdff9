/** The rows that are drawn: those in view and some around them. */
export interface RowWindow {
  readonly from: number;
  /** The one behind the last. */
  readonly to: number;
}

const AROUND = 12;

/**
 * Which rows to draw of a list whose rows have one height.
 *
 * @param top how far it is scrolled, in px
 * @param height of what is in view, in px
 */
export function windowOf(
  list: { readonly count: number; readonly rowHeight: number },
  top: number,
  height: number,
): RowWindow {
  const first = Math.floor(top / list.rowHeight);
  const last = Math.ceil((top + height) / list.rowHeight);
  const from = Math.max(0, Math.min(list.count, first - AROUND));
  return { from, to: Math.max(from, Math.min(list.count, last + AROUND)) };
}

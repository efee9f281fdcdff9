import { blanks, cut, lineWidth, padded, wrapped } from "./layout.ts";
import { isOneColumn, textEdge, type Screen } from "./screen.ts";
import { say, type Line } from "./span.ts";

/** Blanks between two columns. */
const GAP = 2;

/** A column is not cut below this. */
const NARROWEST = 8;

/**
 * Rows of cells under each other. Each column is as wide as its widest cell;
 * where that is more than the screen has, the widest columns are cut, the last
 * one wraps. For programs nothing is cut; below 60 columns each row's cells
 * stand under its first two.
 *
 * @param indent blanks before each row
 */
export function columns(screen: Screen, indent: number, rows: readonly (readonly Line[])[]): readonly Line[] {
  return columnRows(screen, indent, rows).flat();
}

/** As `columns`: the lines of each row apart. */
export function columnRows(
  screen: Screen,
  indent: number,
  rows: readonly (readonly Line[])[],
): readonly (readonly Line[])[] {
  if (screen.form === "block" && isOneColumn(screen)) return rows.map((row) => stacked(screen, indent, row));
  const widths = fittedWidths(screen, indent, rows);
  return rows.map((row) => {
    const lead = row
      .slice(0, -1)
      .flatMap((cell, index) => [...padded(cut(screen, cell, widths[index] ?? 0), widths[index] ?? 0), ...blanks(GAP)]);
    const last = row.at(-1) ?? [];
    const from = indent + lineWidth(lead);
    if (screen.form === "lines") return [[...blanks(indent), ...lead, ...last]];
    const [first = [], ...others] = wrapped(last, Math.max(NARROWEST, textEdge(screen) - from), 0);
    return [[...blanks(indent), ...lead, ...first], ...others.map((line) => [...blanks(from), ...line])];
  });
}

/** Width of each column but the last, which takes what is left. */
function fittedWidths(screen: Screen, indent: number, rows: readonly (readonly Line[])[]): readonly number[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const natural = Array.from({ length: count }, (_, column) =>
    Math.max(0, ...rows.map((row) => lineWidth(row[column] ?? []))),
  );
  if (screen.form === "lines") return natural;
  const widths = [...natural];
  const room = textEdge(screen) - indent - GAP * (count - 1);
  for (let over = widths.reduce((sum, width) => sum + width, 0) - room; over > 0; over -= 1) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= NARROWEST) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function stacked(screen: Screen, indent: number, row: readonly Line[]): readonly Line[] {
  const [first = [], second = [], ...others] = row;
  const dot = say(screen, "dim", " · ");
  const filled = others.filter((cell) => lineWidth(cell) > 0);
  const below = filled.flatMap((cell, index) => (index === 0 ? cell : [...dot, ...cell]));
  const head = [...blanks(indent), ...first, ...blanks(GAP), ...second];
  const at = indent + lineWidth(first) + GAP;
  return below.length === 0 ? [head] : [head, ...wrapped([...blanks(at), ...below], textEdge(screen), at)];
}

import { HEADING_POINTS, type SectionKind } from "./section-kinds.ts";
import type { Statement } from "./statements.ts";

/** How strongly a statement speaks for a kind of section; 0 when it speaks against it. */
export function pointsFor(statement: Statement, kind: SectionKind): number {
  if (statement.box !== null && kind.box !== null && statement.box !== kind.box) return 0;
  if (kind.never?.test(statement.text) === true) return 0;
  let points = kind.box !== null && statement.box === kind.box ? 2 * HEADING_POINTS : 0;
  if (kind.cues.length > 0 && statement.headings.some((heading) => kind.titles.test(heading))) points += HEADING_POINTS;
  for (const cue of kind.cues) if (cue.pattern.test(statement.text)) points += cue.points;
  return points;
}

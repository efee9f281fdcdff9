import type { Chosen } from "./choose.ts";
import { headingLine, statementLine } from "./line.ts";
import type { Section } from "./outline.ts";
import type { Statement } from "./statements.ts";

/** The lines that stand in the text whatever is chosen: its title, wanted headings, and what stands in an empty section. */
export function fixedLines(title: string | null, sections: readonly Section[]): readonly string[] {
  const wanted = sections.filter(({ isWanted }) => isWanted);
  const empty = wanted.filter(({ candidates }) => candidates.length === 0);
  return [
    ...(title === null ? [] : [`# ${title}`]),
    ...wanted.map(({ heading }) => headingLine(heading)),
    ...empty.map(({ otherwise }) => otherwise),
  ];
}

/** The text, sections in their order and statements in that of the documents. */
export function render(title: string | null, sections: readonly Section[], chosen: Chosen, order: Order): string {
  const parts = title === null ? [] : [`# ${title}`];
  for (const section of sections.toSorted((a, b) => a.place - b.place)) {
    const own = (chosen.get(section) ?? []).toSorted((a, b) => order(a) - order(b));
    if (own.length === 0 && !section.isWanted) continue;
    const lines = own.map((statement) => statementLine(statement, section.form));
    const body = own.length === 0 ? section.otherwise : lines.join(section.form === "prose" ? " " : "\n");
    const heading = headingLine(section.heading);
    parts.push(heading === "" ? body : `${heading}\n\n${body}`);
  }
  return `${parts.join("\n\n")}\n`;
}

/** Place of a statement among all. */
export type Order = (statement: Statement) => number;

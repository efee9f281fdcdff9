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

/** A section with what stands in it, both in the order of the text. */
export interface Part {
  readonly section: Section;
  readonly statements: readonly Statement[];
}

/** @param place of a statement among all that the documents say */
export function partsOf(
  sections: readonly Section[],
  chosen: Chosen,
  place: (statement: Statement) => number,
): readonly Part[] {
  return sections
    .toSorted((a, b) => a.place - b.place)
    .map((section) => ({
      section,
      statements: (chosen.get(section) ?? []).toSorted((a, b) => place(a) - place(b)),
    }));
}

/** Whether there is something to say in a wanted section, and no words are left to say it in. */
export function isCrowdedOut({ section, statements }: Part): boolean {
  return section.isWanted && section.candidates.length > 0 && statements.length === 0;
}

export function render(title: string | null, parts: readonly Part[]): string {
  const shown = parts.filter(({ section, statements }) => section.isWanted || statements.length > 0);
  const texts = shown.map((part) => {
    const lines = part.statements.map((statement) => statementLine(statement, part.section.form));
    const said = lines.join(part.section.form === "prose" ? " " : "\n");
    const body = lines.length > 0 || isCrowdedOut(part) ? said : part.section.otherwise;
    return [headingLine(part.section.heading), body].filter((text) => text !== "").join("\n\n");
  });
  return `${[...(title === null ? [] : [`# ${title}`]), ...texts].join("\n\n")}\n`;
}

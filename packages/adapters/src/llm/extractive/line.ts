import type { Section } from "./outline.ts";
import type { Citation, Statement } from "./statements.ts";

export function headingLine(heading: string | null): string {
  return heading === null || heading === "" ? "" : `## ${heading}`;
}

/** A statement with its places: `- The release moves to Tuesday. [release.md:3]`. */
export function statementLine(statement: Statement, form: Section["form"]): string {
  const said = `${escaped(statement.text)} ${statement.citations.map(citationMark).join(" ")}`;
  if (form === "prose") return said;
  const isTask = form === "checklist" || statement.box !== null;
  return isTask ? `- [${statement.box === "done" ? "x" : " "}] ${said}` : `- ${said}`;
}

/** `[release.md:3]`; what would end the brackets early is written as in a URL. */
export function citationMark({ path, line }: Citation): string {
  return `[${path.replace(/[\]\n\r]/g, encodeURIComponent)}:${line}]`;
}

/** A mark at the begin of a line would make it another heading, quotation or list. */
function escaped(text: string): string {
  return text.replace(/^([#>+*-]|\d+(?=[.)]))(?=[\s.)#])/, (mark) => (/\d/.test(mark) ? mark : `\\${mark}`));
}

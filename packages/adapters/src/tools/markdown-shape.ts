/** What a Markdown text is made of, as far as a rubric asks. */
export interface MarkdownShape {
  readonly sections: readonly Section[];
  readonly bullets: number;
  /** `- [ ]`, anywhere. */
  readonly openBoxes: number;
}

export interface Section {
  /** Without marks, numbering and a colon at its end. */
  readonly title: string;
  readonly level: number;
  /** List items up to the next heading of the same or a higher level. */
  readonly bullets: number;
  readonly hasText: boolean;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$/;
const UNDERLINE = /^ {0,3}(=+|-+)[ \t]*$/;
const BULLET = /^[ \t]*(?:[-*+•]|[0-9]{1,9}[.)])[ \t]+\S/;
const OPEN_BOX = /^[ \t]*[-*+][ \t]+\[ \][ \t]+\S/;

interface Open {
  title: string;
  level: number;
  bullets: number;
  hasText: boolean;
}

/** Lines in fences are code: they count as text and as nothing else. */
export function markdownShape(text: string): MarkdownShape {
  const lines = text.split(/\r?\n/);
  const sections: Open[] = [];
  let open: Open[] = [];
  let [bullets, openBoxes] = [0, 0];
  let fence: string | null = null;
  for (const [at, line] of lines.entries()) {
    const mark: string | undefined = FENCE.exec(line)?.[1];
    if (mark !== undefined && (fence === null || mark.startsWith(fence))) fence = fence === null ? mark : null;
    const heading = fence === null && mark === undefined ? headingAt(lines, at) : null;
    if (heading !== null) {
      open = [...open.filter(({ level }) => level < heading.level), heading];
      sections.push(heading);
      continue;
    }
    if (line.trim() === "" || (fence === null && UNDERLINE.test(line))) continue;
    for (const section of open) section.hasText = true;
    if (fence !== null || !BULLET.test(line)) continue;
    bullets += 1;
    if (OPEN_BOX.test(line)) openBoxes += 1;
    for (const section of open) section.bullets += 1;
  }
  return { sections, bullets, openBoxes };
}

export function sectionNamed(shape: MarkdownShape, title: string): Section | undefined {
  const wanted = plainTitle(title).toLowerCase();
  const named = shape.sections.filter((section) => section.title.toLowerCase() === wanted);
  return named.find(({ hasText }) => hasText) ?? named[0];
}

function headingAt(lines: readonly string[], at: number): Open | null {
  const line = lines[at] ?? "";
  const [, marks, words] = HEADING.exec(line) ?? [];
  if (marks !== undefined) return { title: plainTitle(words ?? ""), level: marks.length, bullets: 0, hasText: false };
  const underline = UNDERLINE.exec(lines[at + 1] ?? "")?.[1];
  if (underline === undefined || line.trim() === "" || BULLET.test(line) || UNDERLINE.test(line)) return null;
  return { title: plainTitle(line), level: underline.startsWith("=") ? 1 : 2, bullets: 0, hasText: false };
}

function plainTitle(title: string): string {
  return title
    .replaceAll(/[*_`]/g, "")
    .replace(/^\s*[0-9]+(\.[0-9]+)*[.)]?\s+/, "")
    .replace(/\s*:\s*$/, "")
    .trim();
}

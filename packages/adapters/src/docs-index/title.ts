const MAX_TITLE = 200;
/** A title stands near the top; below it, a heading is one of many. */
const MAX_LINES = 60;

/**
 * What a person would call the document: its front matter's `title`, its first heading, else its file's name
 * without the extension.
 */
export function titleOf(path: string, text: string): string {
  const lines = text.split("\n", MAX_LINES).map((line) => line.trimEnd());
  const found = isMarkup(path) ? (frontMatterTitle(lines) ?? firstHeading(lines)) : null;
  return (found ?? fileTitle(path)).slice(0, MAX_TITLE);
}

function isMarkup(path: string): boolean {
  return /\.(md|markdown|mdx|txt|text|rst|adoc|asciidoc|org)$/i.test(path) || !path.includes(".");
}

function frontMatterTitle(lines: readonly string[]): string | null {
  if (lines[0] !== "---") return null;
  const end = lines.indexOf("---", 1);
  for (const line of lines.slice(1, end === -1 ? 1 : end)) {
    const title = /^title:\s*(?:"([^"]+)"|'([^']+)'|(\S.*))$/.exec(line);
    if (title !== null) return title[1] ?? title[2] ?? title[3] ?? null;
  }
  return null;
}

function firstHeading(lines: readonly string[]): string | null {
  let fence: string | null = null;
  for (const [at, line] of lines.entries()) {
    const mark = /^\s{0,3}(```|~~~)/.exec(line)?.[1] ?? null;
    if (mark !== null && (fence === null || fence === mark)) fence = fence === null ? mark : null;
    if (fence !== null || mark !== null) continue;
    const heading = /^\s{0,3}(?:#{1,6}|={1,6})\s+(\S.*?)(?:\s+#+)?$/.exec(line)?.[1];
    if (heading !== undefined) return plain(heading);
    const next = lines[at + 1] ?? "";
    if (/\S/.test(line) && !/^\s*([-*+>|]|\d+[.)])/.test(line) && /^\s{0,3}(=+|-{3,})$/.test(next)) return plain(line);
  }
  return null;
}

/** Without emphasis; an underscore inside a word is none. */
function plain(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[*`]/g, "")
    .replace(/(?<![\p{L}\p{N}_])_+|_+(?![\p{L}\p{N}_])/gu, "")
    .trim();
}

function fileTitle(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}

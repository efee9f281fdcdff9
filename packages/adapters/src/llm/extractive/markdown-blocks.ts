/** A piece of a document that is read by itself. */
export interface Block {
  readonly kind: "heading" | "paragraph" | "item" | "row";
  /** Its lines without marks, each with its number from 1. */
  readonly lines: readonly BlockLine[];
  /** 1 to 6 for a heading, 0 otherwise. */
  readonly level: number;
  /** A check box that stands before the text. */
  readonly box: "open" | "done" | null;
}

export interface BlockLine {
  readonly text: string;
  readonly line: number;
}

const FENCE = /^\s*(```+|~~~+)/;
const ITEM = /^\s*(?:[-*+•–]|\d{1,9}[.)])\s+(?:\[([ xX~/-])\]\s+)?(\S.*)$/;
const BARE_BOX = /^\s*\[([ xX])\]\s+(\S.*)$/;
const HEADING = /^\s{0,3}(#{1,6})\s+(\S.*?)(?:\s+#+)?\s*$/;
const RULE = /^\s{0,3}([-*_=])(?:\s*\1){2,}\s*$/;
const UNDERLINE = /^\s{0,3}(=+|-{2,})\s*$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const REFERENCE = /^\s{0,3}\[[^\]]+\]:\s+\S+/;

/**
 * The prose of a Markdown or plain text: headings, paragraphs, list items, rows of tables as `column: cell`.
 * Front matter, code, comments and rules are no prose.
 */
export function blocksOf(text: string): readonly Block[] {
  const lines = text.split("\n").map((line) => line.replace(/^(\s*>)+\s?/, "").trimEnd());
  const blocks: Block[] = [];
  let open: { kind: "paragraph" | "item"; lines: BlockLine[]; box: Block["box"] } | null = null;
  const close = (): void => {
    if (open !== null) blocks.push({ ...open, level: 0 });
    open = null;
  };
  for (let at = bodyStart(lines); at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const number = at + 1;
    const end = codeEnd(lines, at) ?? commentEnd(lines, at);
    const heading = headingAt(lines, at);
    const item = itemAt(line);
    if (end !== null) {
      close();
      at = end;
    } else if (heading !== null) {
      close();
      blocks.push({ kind: "heading", lines: [{ text: heading.text, line: number }], level: heading.level, box: null });
      at += heading.extra;
    } else if (line === "" || RULE.test(line) || REFERENCE.test(line)) close();
    else if (line.includes("|") && TABLE_RULE.test(lines[at + 1] ?? "") && (lines[at + 1] ?? "").includes("-")) {
      close();
      const rows = rowsBelow(lines, at);
      blocks.push(...rows);
      at += rows.length + 1;
    } else if (item !== null) {
      close();
      open = { kind: "item", lines: [{ text: item.text, line: number }], box: item.box };
    } else if (open === null) open = { kind: "paragraph", lines: [{ text: line.trim(), line: number }], box: null };
    else open.lines.push({ text: line.trim(), line: number });
  }
  close();
  return blocks;
}

function itemAt(line: string): { readonly text: string; readonly box: Block["box"] } | null {
  const item = ITEM.exec(line) ?? BARE_BOX.exec(line);
  if (item === null) return null;
  const mark = item[1];
  const box = mark === undefined ? null : mark === "x" || mark === "X" ? "done" : "open";
  return { text: item[2] ?? "", box };
}

function headingAt(
  lines: readonly string[],
  at: number,
): { readonly text: string; readonly level: number; readonly extra: number } | null {
  const line = lines[at] ?? "";
  const marked = HEADING.exec(line);
  if (marked !== null) return { text: marked[2] ?? "", level: marked[1]?.length ?? 1, extra: 0 };
  const isAlone = /\S/.test(line) && (at === 0 || lines[at - 1] === "") && itemAt(line) === null && !line.includes("|");
  const rule = UNDERLINE.exec(lines[at + 1] ?? "")?.[1];
  if (!isAlone || rule === undefined) return null;
  return { text: line.trim(), level: rule.startsWith("=") ? 1 : 2, extra: 1 };
}

/** Index of the first line below the front matter. */
function bodyStart(lines: readonly string[]): number {
  if (lines[0] !== "---") return 0;
  const end = lines.findIndex((line, at) => at > 0 && /^(---|\.\.\.)$/.test(line));
  return end === -1 ? 0 : end + 1;
}

/** Index of the last line of the code that begins at `at`; null when none begins there. */
function codeEnd(lines: readonly string[], at: number): number | null {
  const fence = FENCE.exec(lines[at] ?? "")?.[1];
  if (fence === undefined) return null;
  const end = lines.findIndex((line, index) => index > at && FENCE.exec(line)?.[1]?.startsWith(fence) === true);
  return end === -1 ? lines.length : end;
}

function commentEnd(lines: readonly string[], at: number): number | null {
  const line = lines[at] ?? "";
  if (!/^\s*<!--/.test(line)) return null;
  const end = lines.findIndex((each, index) => index >= at && each.includes("-->"));
  return end === -1 ? lines.length : end;
}

/** The rows of the table whose header stands at `at`. */
function rowsBelow(lines: readonly string[], at: number): readonly Block[] {
  const columns = cellsOf(lines[at] ?? "");
  const rows: Block[] = [];
  for (let index = at + 2; (lines[index] ?? "").includes("|"); index += 1) {
    const cells = cellsOf(lines[index] ?? "");
    const text = cells
      .map((cell, column) => (columns[column] ? `${columns[column]}: ${cell}` : cell))
      .filter((_, column) => cells[column] !== "")
      .join("; ");
    rows.push({ kind: "row", lines: [{ text, line: index + 1 }], level: 0, box: null });
  }
  return rows;
}

function cellsOf(line: string): readonly string[] {
  const inner = line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim());
}

import { plainInline, withoutCitations } from "./inline.ts";
import { blocksOf, type Block } from "./markdown-blocks.ts";
import { sentencesOf } from "./sentences.ts";
import { subjectWords, wordsOf } from "./words.ts";

/** A text to extract from. */
export interface Source {
  /** What stands in citations. */
  readonly path: string;
  readonly title: string;
  readonly text: string;
  /** Number of the text's first line in its file, from 1. */
  readonly line: number;
  /** `draft`: citations in the text are ours and are kept; `document`: they are the author's and mean nothing. */
  readonly role: "document" | "draft";
}

export interface Citation {
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

/** Something a document says, as it says it, on one line. */
export interface Statement {
  readonly text: string;
  readonly citations: readonly Citation[];
  readonly path: string;
  readonly form: "sentence" | "item" | "row";
  readonly box: Block["box"];
  /** Headings above it, outermost first, without the document's title. */
  readonly headings: readonly string[];
  /** Statements that stand between it and the heading above it, and between it and the document's begin. */
  readonly belowHeading: number;
  readonly belowTitle: number;
  /** What it is about. */
  readonly subject: ReadonlySet<string>;
  readonly length: number;
}

/** A statement shorter than this names something and says nothing. */
const MIN_LETTERS = 3;

/** Everything the source says in prose, in its order. */
export function statementsOf(source: Source): readonly Statement[] {
  const found: Statement[] = [];
  const trail: { readonly level: number; readonly text: string }[] = [];
  let belowHeading = 0;
  for (const block of blocksOf(source.text)) {
    if (block.kind === "heading") {
      while ((trail.at(-1)?.level ?? 0) >= block.level) trail.pop();
      trail.push({ level: block.level, text: plainInline(block.lines[0]?.text ?? "") });
      belowHeading = 0;
      continue;
    }
    const headings = trail.map(({ text }) => text).filter((text) => text !== source.title);
    for (const said of saidIn(block, source)) {
      const subject = new Set(subjectWords(said.text));
      const place = { path: source.path, headings, belowHeading, belowTitle: found.length };
      found.push({ ...said, ...place, box: block.box, subject, length: wordsOf(said.text).length });
      belowHeading += 1;
    }
  }
  return found;
}

type Said = Pick<Statement, "text" | "citations" | "form">;

function saidIn(block: Block, source: Source): readonly Said[] {
  const lines = block.lines.map(({ text, line }) => ({ text: plainInline(text), line: line + source.line - 1 }));
  const paragraph = lines.map(({ text }) => text).join(" ");
  // A row is one statement; so is an item with a check box, which is done or not done as a whole.
  const isWhole = block.kind === "row" || block.box !== null;
  const parts = isWhole ? [{ text: paragraph.trim(), at: 0 }] : rejoined(sentencesOf(paragraph));
  const form = block.kind === "paragraph" ? "sentence" : block.kind === "row" ? "row" : "item";
  return parts.flatMap(({ text, at }) => {
    const said = source.role === "draft" ? citedIn(text) : { text: withoutCitations(text), citations: [] };
    const plain = said.text.replace(/(\*\*|__)/g, "").trim();
    if ((plain.match(/\p{L}/gu)?.length ?? 0) < MIN_LETTERS) return [];
    const own = { path: source.path, line: lineAt(lines, at) };
    return [{ text: plain, citations: said.citations.length === 0 ? [own] : said.citations, form }];
  });
}

/** Citations stand behind a sentence's full stop, where they look like the next sentence. */
function rejoined(
  parts: readonly { readonly text: string; readonly at: number }[],
): readonly { readonly text: string; readonly at: number }[] {
  const joined: { text: string; at: number }[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    const cites = /^((?:\[[^\]\n]+:\d+\]\s*)+)(.*)$/s.exec(part.text);
    if (last === undefined || cites === null) joined.push({ ...part });
    else {
      last.text += ` ${(cites[1] ?? "").trim()}`;
      const rest = cites[2] ?? "";
      if (rest !== "") joined.push({ text: rest, at: part.at + part.text.length - rest.length });
    }
  }
  return joined;
}

function citedIn(text: string): Pick<Statement, "text" | "citations"> {
  const citations = [...text.matchAll(/\[([^\]\n]+):(\d+)\]/g)].map(([, path, line]) => ({
    path: path ?? "",
    line: Number(line),
  }));
  return { text: text.replace(/\s*\[[^\]\n]+:\d+\]/g, ""), citations };
}

/** The line of the paragraph's character `at`, when its lines are joined by one space. */
function lineAt(lines: readonly { readonly text: string; readonly line: number }[], at: number): number {
  let end = 0;
  for (const { text, line } of lines) {
    end += text.length + 1;
    if (at < end) return line;
  }
  return lines.at(-1)?.line ?? 1;
}

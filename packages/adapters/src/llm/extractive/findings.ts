import { isJsonObject, type Json } from "@writ/core";

/** What a text has to have, as far as the findings of a score say so. */
export interface Requirements {
  /** Titles of sections that are missing. */
  readonly sections: readonly string[];
  readonly maxWords: number | null;
  readonly minWords: number | null;
}

const QUOTED_SECTION =
  /\bsection\b[^"“'`]*["“'`]([^"”'`\n]{1,80})["”'`]|["“'`]([^"”'`\n]{1,80})["”'`][^.]*\bsection\b/i;
const AT_MOST =
  /(?:at most|no more than|more than|over|exceeds?|limit(?: of| is)?|maximum(?: of| is)?|max)\D{0,12}(\d+)(?= words?| is| are|\b)/i;
const AT_LEAST =
  /(?:at least|no fewer than|no less than|fewer than|less than|under|minimum(?: of| is)?|min)\D{0,12}(\d+)/i;

/**
 * Reads findings as `eval.score_qa` gives them, or as a person writes them: a record with `code` and the value that
 * was missed, or a sentence such as `missing section "Action items"`. What it does not understand asks for nothing.
 */
export function requirementsOf(findings: readonly Json[]): Requirements {
  const read = findings.map(readOne);
  const limits = (pick: (each: Requirements) => number | null): readonly number[] =>
    read.flatMap((each) => pick(each) ?? []);
  const most = limits(({ maxWords }) => maxWords);
  const least = limits(({ minWords }) => minWords);
  return {
    sections: [...new Set(read.flatMap(({ sections }) => sections))],
    maxWords: most.length === 0 ? null : Math.min(...most),
    minWords: least.length === 0 ? null : Math.max(...least),
  };
}

function readOne(finding: Json): Requirements {
  const fields = isJsonObject(finding) ? finding : {};
  const said = typeof finding === "string" ? finding : textOf(fields, ["message", "rationale", "finding"]);
  const code = textOf(fields, ["code", "kind", "rule", "type", "criterion"]);
  const named = textOf(fields, ["section", "title", "name", "value"]);
  const isAboutSection = /section/i.test(code) || (code === "" && /\bsection\b/i.test(said));
  const quoted = QUOTED_SECTION.exec(said);
  const section = named === "" ? (quoted?.[1] ?? quoted?.[2] ?? "") : named;
  const isAboutWords = /word|length|long|short/i.test(code) || /\bwords?\b/i.test(said);
  return {
    sections: isAboutSection && section !== "" ? [section] : [],
    maxWords: isAboutWords ? (numberOf(fields, ["max_words", "max", "at_most"]) ?? numberIn(AT_MOST, said)) : null,
    minWords: isAboutWords ? (numberOf(fields, ["min_words", "min", "at_least"]) ?? numberIn(AT_LEAST, said)) : null,
  };
}

function textOf(fields: Readonly<Record<string, Json>>, names: readonly string[]): string {
  const name = names.find((each) => typeof fields[each] === "string");
  const value = name === undefined ? "" : fields[name];
  return typeof value === "string" ? value : "";
}

function numberOf(fields: Readonly<Record<string, Json>>, names: readonly string[]): number | null {
  const value = names.map((name) => fields[name]).find((each) => typeof each === "number");
  return typeof value === "number" ? value : null;
}

function numberIn(pattern: RegExp, text: string): number | null {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

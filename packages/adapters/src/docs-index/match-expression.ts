import { err, ok, type Result } from "@writ/core";

/** Scripts that are written without spaces between words. Each character is made a word; a search term is a phrase of them. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;
const BREAK = "\u200b";
const WORD = /[\p{L}\p{N}]/u;
const MAX_TERMS = 32;

/** The text with an invisible break around each character of an unspaced script; other text comes back as it is. */
export function searchable(text: string): string {
  return text.replace(UNSPACED, `${BREAK}$&${BREAK}`);
}

interface Term {
  readonly text: string;
  readonly role: "wanted" | "unwanted" | "or";
  readonly isPrefix: boolean;
}

/**
 * A query as people type it, for the full-text engine: all words, `"a phrase"`, `-not`, `either OR other`, `begin*`.
 * No character has another meaning, so no query is a syntax error.
 *
 * @returns null when the query asks for nothing, which means everything
 */
export function toMatchExpression(query: string): Result<string | null, string> {
  const terms = [...query.matchAll(/(-?)(?:"([^"]*)"|([^\s"]+))/g)].map(toTerm).filter((term) => term !== null);
  if (terms.length > MAX_TERMS) return err(`has more than ${MAX_TERMS} words; use fewer`);
  const wanted = groups(terms);
  const unwanted = terms.filter((term) => term.role === "unwanted").map(phrase);
  if (wanted.length === 0 && unwanted.length > 0) return err("only says what to leave out; add a word to look for");
  if (wanted.length === 0) return query.trim() === "" ? ok(null) : err("holds no word or number; give one");
  const all = wanted.map((group) => `(${group.join(" OR ")})`).join(" AND ");
  return ok(unwanted.length === 0 ? all : `(${all}) NOT (${unwanted.join(" OR ")})`);
}

function toTerm([, minus, quoted, bare]: RegExpMatchArray): Term | null {
  if (bare === "OR" && minus === "") return { text: "", role: "or", isPrefix: false };
  const text = quoted ?? bare ?? "";
  if (!WORD.test(text)) return null;
  const role = minus === "-" ? "unwanted" : "wanted";
  return { text: searchable(text.replaceAll("*", " ")), role, isPrefix: quoted === undefined && text.endsWith("*") };
}

/** Words joined by `OR` stand in one group. */
function groups(terms: readonly Term[]): readonly (readonly string[])[] {
  const found: string[][] = [];
  let joins = false;
  for (const term of terms) {
    if (term.role === "or") joins = found.length > 0;
    if (term.role !== "wanted") continue;
    const last = found.at(-1);
    if (joins && last !== undefined) last.push(phrase(term));
    else found.push([phrase(term)]);
    joins = false;
  }
  return found;
}

function phrase(term: Term): string {
  return `"${term.text.replaceAll('"', '""')}"${term.isPrefix ? " *" : ""}`;
}

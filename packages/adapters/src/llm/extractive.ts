import { choose, type WordLimits } from "./extractive/choose.ts";
import { merged } from "./extractive/duplicates.ts";
import { informativenessIn } from "./extractive/informativeness.ts";
import { bySections, bySubject, type Section } from "./extractive/outline.ts";
import { fixedLines, isCrowdedOut, partsOf, render } from "./extractive/render.ts";
import { statementsOf, type Citation, type Source, type Statement } from "./extractive/statements.ts";
import { countWords, lengthOf, mostWords } from "./extractive/words.ts";

export interface ExtractRequest {
  readonly sources: readonly Source[];
  /** What was asked for, in words; its words count when statements are weighed. */
  readonly instructions: string;
  readonly title: string | null;
  /** Titles of the sections wanted, in this order; empty divides the text by subject. */
  readonly sections: readonly string[];
  /** Titles of sections to put behind those. */
  readonly added: readonly string[];
  readonly limits: WordLimits;
}

export interface Extract {
  /** Markdown. Each sentence of it stands in a source, and its place behind it. */
  readonly text: string;
  /** Citations are not counted. */
  readonly words: number;
  /** In order of the text. */
  readonly citations: readonly Citation[];
  readonly shown: number;
  readonly found: number;
  /** What was asked for and could not be had, for people. */
  readonly unmet: readonly string[];
}

/**
 * Writes a text of nothing but sentences of its sources: the built-in summariser, for when no model is configured.
 * The same request gives the same text.
 */
export function extract(request: ExtractRequest): Extract {
  const { sources, instructions, title, limits } = request;
  const statements = merged(sources.flatMap(statementsOf));
  const informative = informativenessIn(statements, instructions);
  const sections = sectionsOf(request, statements, informative);
  if (statements.length === 0 && !sections.some(({ isWanted }) => isWanted)) return nothing(sources, title);
  const chosen = choose(sections, fixedLines(title, sections), limits);
  const places = new Map(statements.map((statement, place) => [statement, place]));
  const parts = partsOf(sections, chosen, (statement) => places.get(statement) ?? 0);
  const text = render(title, parts);
  const shown = parts.flatMap((part) => part.statements);
  const crowdedOut = parts.filter(isCrowdedOut).map(({ section }) => `no room for "${section.heading ?? ""}"`);
  return {
    text,
    words: countWords(text),
    citations: shown.flatMap(({ citations }) => citations),
    shown: shown.length,
    found: statements.length,
    unmet: [...unmetBy(text, limits), ...crowdedOut],
  };
}

const ADDED_AT_ONCE = 4;

/** A statement that an added section wants does not stand under its subject as well. */
function sectionsOf(
  { sources, sections, added }: ExtractRequest,
  statements: readonly Statement[],
  informative: (statement: Statement) => number,
): readonly Section[] {
  if (sections.length > 0) return bySections([...sections, ...added], statements, informative);
  const behind = bySections(added, statements, informative);
  const taken = new Set(behind.flatMap(({ candidates }) => candidates));
  const rest = statements.filter((statement) => !taken.has(statement));
  const subjects = bySubject(sources, rest, informative);
  // What was missed before gets its share of the words before the many subjects have used them up.
  const first = behind.map((section) => ({
    ...section,
    atOnce: ADDED_AT_ONCE,
    place: section.place + subjects.length,
  }));
  return [...first, ...subjects];
}

/** An honest text about nothing. */
function nothing(sources: readonly Source[], title: string | null): Extract {
  const said =
    sources.length === 0
      ? "There were no documents to summarise."
      : `There is nothing to summarise: no sentence was found in ${sources.map(({ path }) => path).join(", ")}.`;
  const text = `${title === null ? "" : `# ${title}\n\n`}${said}\n`;
  return { text, words: countWords(text), citations: [], shown: 0, found: 0, unmet: [] };
}

function unmetBy(text: string, { max, min }: WordLimits): readonly string[] {
  const unmet: string[] = [];
  if (max !== null && mostWords(lengthOf(text)) > max) unmet.push(`the headings alone need more than ${max} words`);
  if (min !== null && countWords(text) < min) unmet.push(`the documents do not give ${min} words`);
  return unmet;
}

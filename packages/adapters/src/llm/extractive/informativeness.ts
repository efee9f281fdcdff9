import { ENOUGH_POINTS, SECTION_KINDS, type SectionKind } from "./section-kinds.ts";
import { pointsFor } from "./points.ts";
import type { Statement } from "./statements.ts";
import { subjectWords } from "./words.ts";

const FIRST_OF_DOCUMENT = 0.3;
const FIRST_BELOW_HEADING = 0.15;
const NAMES_ITS_HEADING = 0.15;
const ASKED_FOR = 0.4;
const TOO_SHORT = -0.6;
const TOO_LONG = -0.2;
const LEADS_IN = -0.8;
const NAMES_A_FIELD = -0.8;
const POINTS_BACK = -0.3;
const LOOKS_LIKE_CODE = -0.5;

/** What a reader of notes looks for, beside the subject. */
const SPECIAL: ReadonlyMap<string, number> = new Map([
  ["blockers", 0.35],
  ["decisions", 0.35],
  ["dates", 0.25],
  ["figures", 0.2],
  ["tasks", 0.1],
]);
const SPECIAL_KINDS: readonly SectionKind[] = SECTION_KINDS.filter(({ id }) => SPECIAL.has(id));

/** Begins of lines that describe a note and are not its content. */
const FIELD =
  /^(?:present|attendees?|participants?|absent|minutes|author|date|time|place|tags?|see also|cc|from|to|re)\s*:/i;

/**
 * How much a reader learns from a statement: how often its words occur in all texts, where it stands, whether it
 * tells of a date, a decision, a blocker. Comparable within one call only.
 *
 * @param instructions what was asked for; its words count
 * @see H. P. Luhn, "The Automatic Creation of Literature Abstracts", 1958; H. P. Edmundson, "New Methods in Automatic Extracting", 1969
 */
export function informativenessIn(all: readonly Statement[], instructions: string): (statement: Statement) => number {
  const counts = new Map<string, number>();
  for (const { subject } of all) for (const word of subject) counts.set(word, (counts.get(word) ?? 0) + 1);
  const most = Math.max(1, ...counts.values());
  const weight = (word: string): number => Math.log1p(counts.get(word) ?? 0) / Math.log1p(most);
  const asked = new Set(subjectWords(instructions));
  return (statement) => {
    const { subject, headings, belowHeading, belowTitle, text, length } = statement;
    let score = average([...subject].map(weight));
    if (belowTitle === 0) score += FIRST_OF_DOCUMENT;
    else if (belowHeading === 0) score += FIRST_BELOW_HEADING;
    if (subjectWords(headings.at(-1) ?? "").some((word) => subject.has(word))) score += NAMES_ITS_HEADING;
    score += ASKED_FOR * average([...asked].map((word) => (subject.has(word) ? 1 : 0)));
    const special = SPECIAL_KINDS.filter((kind) => pointsFor(statement, kind) >= ENOUGH_POINTS);
    score += Math.max(0, ...special.map(({ id }) => SPECIAL.get(id) ?? 0));
    if (length < 4) score += TOO_SHORT;
    if (length > 45) score += TOO_LONG;
    if (/[:：]$/.test(text)) score += LEADS_IN;
    if (FIELD.test(text)) score += NAMES_A_FIELD;
    if (/^(?:it|this|that|these|those|they|he|she|its|their)\b|\b(?:for|of|about) it\b/i.test(text))
      score += POINTS_BACK;
    if ((text.match(/[{}<>;=$|\\]/g)?.length ?? 0) > 3) score += LOOKS_LIKE_CODE;
    return score;
  };
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

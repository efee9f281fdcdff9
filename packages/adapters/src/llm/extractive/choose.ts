import { repeats } from "./duplicates.ts";
import { headingLine, statementLine } from "./line.ts";
import type { Section } from "./outline.ts";
import type { Statement } from "./statements.ts";
import { added, countWords, lengthOf, mostWords, type Length } from "./words.ts";

export interface WordLimits {
  /** However words are counted. */
  readonly max: number | null;
  readonly min: number | null;
}

export type Chosen = ReadonlyMap<Section, readonly Statement[]>;

interface Choice {
  readonly chosen: Map<Section, Statement[]>;
  readonly used: Statement[];
  /** So far, with citations. */
  length: Length;
  /** Words so far, without them. */
  fewest: number;
}

/**
 * Fills the sections round by round, best statements first, each once and none that repeats another, until each
 * has what it shows, the words are used up, or the least number of words is reached.
 *
 * @param fixed the lines that stand there in any case
 */
export function choose(sections: readonly Section[], fixed: readonly string[], limits: WordLimits): Chosen {
  const choice: Choice = {
    chosen: new Map(sections.map((section) => [section, []])),
    used: [],
    length: lengthOf(...fixed),
    fewest: fixed.reduce((sum, line) => sum + countWords(line), 0),
  };
  const wants = (section: Section): boolean => (choice.chosen.get(section)?.length ?? 0) < section.most;
  while (
    sections
      .filter(wants)
      .map((section) => add(choice, section, limits))
      .includes(true)
  );
  const isShort = (): boolean => limits.min !== null && choice.fewest < limits.min;
  const fillable = sections.filter(({ form }) => form !== "literal");
  while (isShort() && fillable.map((section) => isShort() && add(choice, section, limits)).includes(true));
  return choice.chosen;
}

/** Adds the section's best statement that still fits; false when there is none. */
function add(choice: Choice, section: Section, limits: WordLimits): boolean {
  const own = choice.chosen.get(section) ?? [];
  const heading = own.length === 0 && !section.isWanted ? headingLine(section.heading) : "";
  for (const statement of section.candidates) {
    const line = statementLine(statement, section.form);
    const length = added(choice.length, lengthOf(heading, line));
    if (limits.max !== null && mostWords(length) > limits.max) continue;
    if (choice.used.includes(statement) || repeats(statement, choice.used)) continue;
    choice.chosen.set(section, [...own, statement]);
    choice.used.push(statement);
    choice.length = length;
    choice.fewest += countWords(heading) + countWords(line);
    return true;
  }
  return false;
}

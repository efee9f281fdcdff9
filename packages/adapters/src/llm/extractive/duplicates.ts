import type { Statement } from "./statements.ts";

/** Shared part of the words from which two statements say the same. */
const SAME = 0.75;
/** Fewer words than this are compared letter by letter. */
const MIN_WORDS = 3;

/** One statement for each that is said, where it stands most prominently, with the places of all that say it word for word. */
export function merged(statements: readonly Statement[]): readonly Statement[] {
  const byText = new Map<string, Statement[]>();
  for (const statement of statements) {
    const same = byText.get(keyOf(statement));
    if (same === undefined) byText.set(keyOf(statement), [statement]);
    else same.push(statement);
  }
  return statements.flatMap((statement) => {
    const [first, ...rest] = (byText.get(keyOf(statement)) ?? []).toSorted((a, b) => a.belowTitle - b.belowTitle);
    if (first !== statement) return [];
    return [{ ...first, citations: [first, ...rest].flatMap(({ citations }) => citations) }];
  });
}

/** What is said, without marks and case. */
function keyOf({ text }: Statement): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** Whether the statement says again, in nearly the same words, what one of the others says. */
export function repeats(statement: Statement, others: readonly Statement[]): boolean {
  return others.some((other) => other !== statement && likeness(statement.subject, other.subject) >= SAME);
}

/** Jaccard index of two sets of words. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size < MIN_WORDS || b.size < MIN_WORDS) return 0;
  let both = 0;
  for (const word of a) if (b.has(word)) both += 1;
  return both / (a.size + b.size - both);
}

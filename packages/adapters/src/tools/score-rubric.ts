import { markdownShape, sectionNamed, type MarkdownShape } from "./markdown-shape.ts";
import type { Rubric, RubricItem } from "./rubric.ts";

/** What is counted once and asked by every item. */
export interface Subject {
  readonly words: number;
  readonly shape: MarkdownShape;
  /** How many lines match the item's pattern, by the item. */
  readonly matches: ReadonlyMap<RubricItem, number>;
}

export interface ItemScore {
  readonly id: string;
  readonly kind: RubricItem["kind"];
  readonly weight: number;
  readonly required: boolean;
  /** 0 to 1, in thousandths. */
  readonly score: number;
  readonly passed: boolean;
  readonly rationale: string;
}

export interface ScoredItem {
  readonly score: ItemScore;
  /** What to do about it, for whoever revises the text; null when it is met. */
  readonly finding: Finding | null;
}

/** A record that `llm.generate` reads: a code, a sentence, and the value that was missed. */
export type Finding = Readonly<Record<string, string | number>>;

export function subjectOf(text: string, words: number, matches: ReadonlyMap<RubricItem, number>): Subject {
  return { words, shape: markdownShape(text), matches };
}

export function scoreItems(rubric: Rubric, subject: Subject): readonly ScoredItem[] {
  return rubric.items.map((item, at) => {
    const { share, rationale, finding } = judgeItem(item, subject);
    const { kind, weight, required } = item;
    const id = item.id ?? `${kind}_${at + 1}`;
    const score = thousandths(share);
    const passed = score === 1;
    return { score: { id, kind, weight, required, score, passed, rationale }, finding: passed ? null : finding };
  });
}

/** Mean of the items' scores by weight, in thousandths and never rounded up: 0.9996 is not 1. */
export function weightedScore(items: readonly ItemScore[]): number {
  const whole = items.reduce((sum, { weight }) => sum + weight, 0);
  return thousandths(items.reduce((sum, { weight, score }) => sum + weight * score, 0) / whole);
}

/** Cut to thousandths; a hair below one, which division leaves, counts as it. */
export function thousandths(share: number): number {
  return Math.floor(share * 1_000 + 1e-6) / 1_000;
}

interface Judged {
  /** 0 to 1. */
  readonly share: number;
  readonly rationale: string;
  readonly finding: Finding;
}

function judgeItem(item: RubricItem, subject: Subject): Judged {
  switch (item.kind) {
    case "min_words":
      return atLeast(subject.words, item.value, "words", { code: "too_few_words", min: item.value });
    case "max_words":
      return atMost(subject.words, item.value, "words", { code: "too_many_words", max: item.value });
    case "section":
      return judgeSection(item.title, subject.shape);
    case "must_match":
      return judgeMatch(item.pattern, subject.matches.get(item) ?? 0, "present");
    case "must_not_match":
      return judgeMatch(item.pattern, subject.matches.get(item) ?? 0, "absent");
    case "bullets":
      return judgeBullets(item, subject.shape);
    case "action_items":
      return judgeActions(item, subject.shape);
  }
}

function judgeSection(title: string, shape: MarkdownShape): Judged {
  const section = sectionNamed(shape, title);
  const lack = section === undefined ? "there is no section" : "there is nothing in the section";
  return {
    share: section?.hasText === true ? 1 : 0,
    rationale: section?.hasText === true ? `the section "${title}" is there` : `${lack} "${title}"`,
    finding: { code: "missing_section", section: title, message: `${lack} "${title}"` },
  };
}

function judgeMatch(pattern: string, found: number, expected: "present" | "absent"): Judged {
  const isMet = found > 0 === (expected === "present");
  const said = `${found === 0 ? "no line matches" : `${found} lines match`} ${JSON.stringify(pattern)}`;
  const code = expected === "present" ? "missing_text" : "forbidden_text";
  return { share: isMet ? 1 : 0, rationale: said, finding: { code, pattern, message: said } };
}

function judgeBullets({ min, max, section }: Extract<RubricItem, { kind: "bullets" }>, shape: MarkdownShape): Judged {
  const found = section === undefined ? shape.bullets : (sectionNamed(shape, section)?.bullets ?? 0);
  const where: Finding = section === undefined ? {} : { section };
  const few = atLeast(found, min, "list items", { code: "too_few_bullets", at_least: min, ...where });
  if (few.share < 1 || max === undefined) return few;
  return atMost(found, max, "list items", { code: "too_many_bullets", at_most: max, ...where });
}

function judgeActions({ min, section }: Extract<RubricItem, { kind: "action_items" }>, shape: MarkdownShape): Judged {
  const below = sectionNamed(shape, section);
  const found = Math.max(below?.bullets ?? 0, shape.openBoxes);
  const code = below === undefined ? "missing_section" : "too_few_action_items";
  return atLeast(found, min, "action items", { code, section, at_least: min });
}

function atLeast(found: number, min: number, what: string, finding: Finding): Judged {
  const said = `${found} ${what}, at least ${min} asked`;
  return { share: found >= min ? 1 : found / min, rationale: said, finding: { ...finding, message: said } };
}

function atMost(found: number, max: number, what: string, finding: Finding): Judged {
  const said = `${found} ${what}, at most ${max} allowed`;
  return { share: found <= max ? 1 : max / found, rationale: said, finding: { ...finding, message: said } };
}

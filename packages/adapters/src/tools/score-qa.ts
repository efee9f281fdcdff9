import { durationMs } from "@writ/core";
import { defineTool, ToolFailure, type Acted, type Tool, type ToolCall } from "@writ/runtime";
import * as z from "zod";

import { countWords } from "../llm/extractive/words.ts";
import { judge, type Grade } from "./judge.ts";
import { expressionSearch, literalSearch } from "./line-search.ts";
import { rubric, type RubricItem } from "./rubric.ts";
import { scoreItems, subjectOf, thousandths, weightedScore } from "./score-rubric.ts";

/** Written here and not in the schema, whose numbers are integers. */
const DEFAULT_THRESHOLD = 0.8;
const MAX_TEXT = 400_000;
const PATTERN_PATIENCE_MS = 2_000;

const params = z.strictObject({
  text: z.string().max(MAX_TEXT),
  rubric,
  /** The least score that passes, 0 to 1; 0.8 when left out. */
  threshold: z.number().min(0).max(1).optional(),
  /** Also asks the configured model; its grade and the rubric's then count half each. */
  judge: z.strictObject({ question: z.string().min(1).max(4_000) }).optional(),
});

const share = z.number().min(0).max(1);
const output = z.strictObject({
  score: share,
  rubric_score: share,
  threshold: share,
  passed: z.boolean(),
  method: z.enum(["rubric", "rubric_and_judge"]),
  rubric: z.strictObject({ id: z.string(), version: z.string() }),
  words: z.int().nonnegative(),
  items: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.string(),
      weight: z.int(),
      required: z.boolean(),
      score: share,
      passed: z.boolean(),
      rationale: z.string(),
    }),
  ),
  /** What is not met, as `llm.generate` takes it to revise the text. */
  findings: z.array(z.record(z.string(), z.union([z.string(), z.number()]))),
  judge: z.strictObject({ score: share, rationale: z.string(), model: z.string() }).nullable(),
  /** What a reader should know of how the score came about; null when there is nothing. */
  notice: z.string().nullable(),
});

type Question = z.infer<typeof params>;
type Scored = z.infer<typeof output>;

/**
 * Scores a text by a rubric; the same text and rubric always have the same score, unless a model judges too.
 *
 * @param tokens reserved for a judgement; 0 where no model is configured
 */
export function scoreQa(tokens: number): Tool {
  return defineTool({
    name: "eval.score_qa",
    summary:
      "Scores a text by a rubric: lengths, sections, patterns, lists, action items; with a model, if asked, by its judgement as well.",
    approvalMode: "read_only",
    timeout: durationMs(90_000),
    params,
    output,
    traits: { tokens },
    act: async (question, call) => await score(question, call),
  });
}

async function score(question: Question, call: ToolCall): Promise<Acted<Scored>> {
  const { text, rubric: rules, threshold = DEFAULT_THRESHOLD } = question;
  const words = countWords(text);
  const items = scoreItems(rules, subjectOf(text, words, await matchesOf(rules.items, text, call.signal)));
  const rubricScore = weightedScore(items.map((item) => item.score));
  const grade =
    question.judge === undefined || call.llm === null
      ? null
      : await judge(call.llm, question.judge.question, text, call.signal);
  const total = grade === null ? rubricScore : thousandths((rubricScore + grade.score) / 2);
  const missing = items.map((item) => item.score).filter(({ required, passed }) => required && !passed);
  return {
    output: {
      score: total,
      rubric_score: rubricScore,
      threshold,
      passed: total >= threshold && missing.length === 0,
      method: grade === null ? "rubric" : "rubric_and_judge",
      rubric: { id: rules.id, version: rules.version },
      words,
      items: items.map(({ score: item }) => item),
      findings: items.flatMap(({ finding }) => (finding === null ? [] : [{ ...finding }])),
      judge: grade === null ? null : { score: grade.score, rationale: grade.rationale, model: grade.model },
      notice: noticeOf(
        question,
        grade,
        missing.map(({ id }) => id),
      ),
    },
    usage: grade?.usage ?? { tokens: 0, costMillicents: 0 },
  };
}

function noticeOf({ judge: asked }: Question, grade: Grade | null, missing: readonly string[]): string | null {
  const notices = [
    ...(asked !== undefined && grade === null ? ["No model is configured, so only the rubric was applied."] : []),
    ...(grade === null ? [] : ["The score is the mean of the rubric's and the model's."]),
    ...(grade?.isCut === true ? ["The model saw only the beginning of the text."] : []),
    ...(missing.length === 0 ? [] : [`Required and not met: ${missing.join(", ")}.`]),
  ];
  return notices.length === 0 ? null : notices.join(" ");
}

/** Lines that match each item's pattern. */
async function matchesOf(
  items: readonly RubricItem[],
  text: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<RubricItem, number>> {
  const found = new Map<RubricItem, number>();
  const late = AbortSignal.timeout(PATTERN_PATIENCE_MS);
  for (const item of items) {
    if (item.kind !== "must_match" && item.kind !== "must_not_match") continue;
    const flags = item.case === "insensitive" ? "iu" : "u";
    await using search =
      item.mode === "literal"
        ? literalSearch(item.pattern, flags)
        : expressionSearch(item.pattern, flags, AbortSignal.any([signal, late]));
    try {
      const [lines] = await search.find([text], MAX_TEXT);
      found.set(item, lines?.length ?? 0);
    } catch (error) {
      if (!late.aborted || signal.aborted) throw error;
      // Not worth a retry: the same expression takes as long again.
      throw new ToolFailure(
        "schema_mismatch",
        `the pattern ${JSON.stringify(item.pattern)} takes longer than ${PATTERN_PATIENCE_MS} ms on this text`,
        {
          cause: error,
          remedy: "Make it simpler, or use mode: literal.",
        },
      );
    }
  }
  return found;
}

import { durationMs, OrchestratorError } from "@writ/core";
import { type Acted, defineTool, type Llm, type Tool, type ToolCall, ToolFailure } from "@writ/runtime";
import * as z from "zod";

import { extract } from "../llm/extractive.ts";
import { requirementsOf } from "../llm/extractive/findings.ts";
import { countWords } from "../llm/extractive/words.ts";
import { filePath } from "./document-schema.ts";
import { citationsIn, promptFor } from "./generation-prompt.ts";
import { generationParams, type Generation } from "./generation-params.ts";
import { quotable, sourcesOf } from "./generation-sources.ts";

const MAX_ANSWER_TOKENS = 4_096;
const ANSWER_TIME = durationMs(120_000);
/** What one call may cost with a model, prompt and answer together. */
export const GENERATION_TOKENS = 32_000;

const output = z.strictObject({
  text: z.string(),
  /** Citations are not counted. */
  words: z.int().nonnegative(),
  method: z.enum(["extractive", "model"]),
  model: z.string().nullable(),
  /** Places in the documents; a path of `text` is the parameter of that name. */
  citations: z.array(z.strictObject({ path: filePath, line: z.int().positive() })),
  /** What a reader should know of how the text was made; null when there is nothing. */
  notice: z.string().nullable(),
});

type Generated = z.infer<typeof output>;

/**
 * Writes a text with the configured model; without one, out of sentences of the documents.
 *
 * @param tokens reserved for a call; 0 where no model is configured
 */
export function generateText(tokens: number): Tool {
  return defineTool({
    name: "llm.generate",
    summary:
      "Writes a text from documents: a summary, a task list, a report, a revision. Without a model it quotes sentences and cites file and line for each.",
    approvalMode: "read_only",
    timeout: ANSWER_TIME,
    params: generationParams,
    output,
    traits: { tokens },
    act: async (generation, call) =>
      call.llm === null ? { output: quoted(generation) } : await written(generation, call, call.llm, tokens),
  });
}

const QUOTING_TASKS = /^(?:summari[sz]e|summary|write|revise)$/i;

/** @throws OrchestratorError `model_required` for what quoting cannot do */
function quoted(generation: Generation): Generated {
  const { task, instructions, title, sections, findings } = generation;
  const { sources, notices } = sourcesOf(generation);
  if (!QUOTING_TASKS.test(task) || (sources.length === 0 && /^write$/i.test(task))) throw modelRequired(task);
  const wanted = requirementsOf(findings);
  const limits = {
    max: least(generation.max_words, wanted.maxWords),
    min: wanted.minWords ?? generation.min_words ?? null,
  };
  const text = extract({
    sources: quotable(task, sources),
    instructions,
    title: title ?? null,
    sections,
    added: wanted.sections.filter((section) => !isNamed(section, sections)),
    limits,
  });
  const how = `Made by the built-in summariser, without a model: ${text.shown} of ${text.found} statements, word for word.`;
  const notice = [how, ...text.unmet.map((each) => `Not met: ${each}.`), ...notices].join(" ");
  return {
    text: text.text,
    words: text.words,
    method: "extractive",
    model: null,
    citations: [...text.citations],
    notice,
  };
}

async function written(generation: Generation, call: ToolCall, llm: Llm, tokens: number): Promise<Acted<Generated>> {
  const { sources, notices } = sourcesOf(generation);
  const room = Math.max(tokens, 2 * MAX_ANSWER_TOKENS) - MAX_ANSWER_TOKENS;
  const prompt = promptFor(generation, sources, { secret: call.idempotencyKey, tokens: room });
  const answer = await llm.respond(
    {
      role: "generation",
      messages: prompt.messages,
      schema: null,
      maxTokens: MAX_ANSWER_TOKENS,
      timeout: ANSWER_TIME,
      trace: null,
    },
    call.signal,
  );
  const { text, wasFenced } = unfenced(answer.text.replace(/^(?:[^\S\n]*\n)+|\n+$/g, ""));
  if (text.trim() === "") throw new ToolFailure("schema_mismatch", "the model answered with an empty text");
  const { citations, unknown } = citationsIn(text, sources);
  const all = [
    ...prompt.notices,
    ...notices,
    ...(wasFenced ? ["The model's answer stood in a fence, which was taken off."] : []),
    ...(answer.finish === "stop" ? [] : ["The model stopped before it was done."]),
    ...(unknown === 0 ? [] : [`${unknown} citations name no line of the documents.`]),
  ];
  const made: Generated = {
    text: `${text}\n`,
    words: countWords(text),
    method: "model",
    model: `${llm.id} ${answer.model}`,
    citations,
    notice: all.length === 0 ? null : all.join(" "),
  };
  const { inputTokens, outputTokens, costMillicents } = answer.usage;
  return { output: made, usage: { tokens: inputTokens + outputTokens, costMillicents } };
}

/** Models put a text that is to stand alone into a fence, whatever they are told. Spaces at its ends are part of it. */
function unfenced(answer: string): { readonly text: string; readonly wasFenced: boolean } {
  const inside = /^```[\w-]*\n([^]*?)\n?```\s*$/.exec(answer)?.[1];
  return inside === undefined || inside.includes("```")
    ? { text: answer, wasFenced: false }
    : { text: inside, wasFenced: true };
}

function modelRequired(task: string): OrchestratorError {
  const message = `"${task}" needs an author and no model is configured; give the text with --input, or connect a model with WRIT_MODEL_URL and WRIT_MODEL: writ config show`;
  return new OrchestratorError("model_required", message);
}

function least(a: number | undefined, b: number | null): number | null {
  return a === undefined ? b : b === null ? a : Math.min(a, b);
}

function isNamed(title: string, titles: readonly string[]): boolean {
  return titles.some((each) => each.toLowerCase() === title.toLowerCase());
}

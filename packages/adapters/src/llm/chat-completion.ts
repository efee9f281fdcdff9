import { OrchestratorError, parseStrict, type Json } from "@writ/core";
import * as z from "zod";

import { withoutThinking } from "./thinking.ts";

/** What we read of a chat completion. Local servers leave fields out and add their own: nothing else is looked at. */
const tokens = z.int().nonnegative().nullish().catch(null);
const content = z.union([z.string(), z.array(z.object({ text: z.string().optional() }))]);
const completion = z.object({
  model: z.string().nullish().catch(null),
  choices: z
    .array(
      z.object({ finish_reason: z.string().nullish().catch(null), message: z.object({ content: content.nullish() }) }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }).nullish().catch(null),
});

export interface Completion {
  /** Without the model's thinking; never empty. */
  readonly text: string;
  readonly model: string | null;
  readonly finish: "stop" | "length" | "other";
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

/** @throws OrchestratorError `model_answer_invalid`, `model_refused` for an error object in a 200 */
export function readCompletion(body: string): Completion {
  const value = parseBody(body);
  const refusal = errorIn(value);
  if (refusal !== null)
    throw new OrchestratorError("model_refused", `the model endpoint answered with an error: ${refusal}`);
  const parsed = completion.safeParse(value);
  const choice = parsed.data?.choices[0];
  if (!parsed.success || choice === undefined) throw invalid("its body is not a chat completion", parsed.error);
  const text = withoutThinking(textOf(choice.message.content));
  if (text === "") throw invalid(`it has no text (it ended with ${choice.finish_reason ?? "no reason"})`);
  const { model, usage } = parsed.data;
  return {
    text,
    model: model ?? null,
    finish: finishOf(choice.finish_reason),
    inputTokens: usage?.prompt_tokens ?? null,
    outputTokens: usage?.completion_tokens ?? null,
  };
}

function parseBody(body: string): Json {
  try {
    return parseStrict(body);
  } catch (error) {
    if (error instanceof OrchestratorError) throw invalid("its body is not JSON", error);
    throw error;
  }
}

const errorBody = z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) });

function errorIn(value: Json): string | null {
  const parsed = errorBody.safeParse(value);
  if (!parsed.success) return null;
  const { error } = parsed.data;
  return (typeof error === "string" ? error : error.message).slice(0, 500);
}

function textOf(value: z.infer<typeof content> | null | undefined): string {
  if (typeof value === "string") return value;
  return (value ?? []).map((part) => part.text ?? "").join("");
}

function finishOf(reason: string | null | undefined): Completion["finish"] {
  return reason === "stop" || reason === "length" ? reason : "other";
}

function invalid(what: string, cause?: unknown): OrchestratorError {
  return new OrchestratorError(
    "model_answer_invalid",
    `the model's answer cannot be used: ${what}; try again, or see which model it is with: writ config show`,
    { cause },
  );
}

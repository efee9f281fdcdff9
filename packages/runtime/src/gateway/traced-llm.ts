import type { SpanContext } from "@writ/core";
import type { Llm } from "../ports/llm.ts";

/** A model that is asked in one span, whoever asks. */
export function tracedLlm(llm: Llm, trace: SpanContext | null): Llm {
  return { id: llm.id, respond: (request, signal) => llm.respond({ ...request, trace }, signal) };
}

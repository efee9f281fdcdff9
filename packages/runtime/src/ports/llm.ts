import type { DurationMs, JsonObject } from "@writ/core";

/**
 * A language model behind any endpoint. Untrusted: its answers are data.
 *
 * An adapter is correct when it passes `llmContract` from the testkit.
 */
export interface Llm {
  /** What stands in records: provider and model, such as `openai-compatible:qwen3`. */
  readonly id: string;

  /**
   * One answer.
   *
   * @throws OrchestratorError `model_unreachable`, `model_timeout`, `model_answer_invalid`, `model_answer_too_large`
   */
  respond(request: LlmRequest, signal: AbortSignal): Promise<LlmAnswer>;
}

export interface LlmRequest {
  readonly role: "planning" | "generation" | "judging";
  readonly messages: readonly LlmMessage[];
  /** Asks for an answer that follows this JSON Schema; the caller checks it all the same. */
  readonly schema: { readonly name: string; readonly schema: JsonObject } | null;
  readonly maxTokens: number;
  readonly timeout: DurationMs;
}

export interface LlmMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface LlmAnswer {
  readonly text: string;
  readonly model: string;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
  /** Why the model stopped; `length` means the answer was cut. */
  readonly finish: "stop" | "length" | "other";
}

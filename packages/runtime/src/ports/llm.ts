import type { DurationMs, JsonObject, SpanContext } from "@writ/core";

/**
 * A language model behind any endpoint. Untrusted: its answers are data.
 *
 * An adapter is correct when it passes `llmContract` from the testkit.
 */
export interface Llm {
  /** What stands in records: provider and model, such as `openai-compatible:qwen3`. */
  readonly id: string;

  /**
   * One answer. Rejects with the signal's reason once the caller gave up.
   *
   * @throws OrchestratorError `model_unreachable`, `model_timeout`, `model_refused`, `model_answer_invalid`, `model_answer_too_large`
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
  /** The span that asks, for an endpoint that traces, too; null where it asks outside a run, or is filled in on the way. */
  readonly trace: SpanContext | null;
}

export interface LlmMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface LlmAnswer {
  readonly text: string;
  readonly model: string;
  readonly usage: LlmUsage;
  /** How far the endpoint held the answer to the schema that was asked for: it may refuse, and a weaker form is then asked for. */
  readonly structure: AnswerStructure;
  /** Why the model stopped; `length` means the answer was cut. */
  readonly finish: "stop" | "length" | "other";
}

export interface LlmUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** 1/1000 cent, by the prices the endpoint is configured with. */
  readonly costMillicents: number;
  /** Whether the tokens were counted by the endpoint, or estimated here because it did not say. */
  readonly counted: "endpoint" | "estimate";
}

/** `schema`: the JSON Schema was sent; `json`: only that the answer be JSON; `text`: nothing was asked. */
export type AnswerStructure = "schema" | "json" | "text";

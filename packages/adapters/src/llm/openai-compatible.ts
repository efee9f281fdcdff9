import { InvariantError, OrchestratorError, writeTraceparent } from "@writ/core";
import type { AnswerStructure, Clock, Llm, LlmAnswer, LlmRequest, LlmUsage } from "@writ/runtime";
import type { OpenAI } from "openai";

import { boundedFetch } from "./bounded-fetch.ts";
import { readCompletion, type Completion } from "./chat-completion.ts";
import { chatRequest, weakerThan } from "./chat-request.ts";
import type { ModelEndpoint } from "./endpoint.ts";
import { modelError, refusesFormat } from "./model-error.ts";

export const DEFAULT_MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** Text of most languages and tokenizers has about this many characters a token; short of a count, the smaller ratio charges more. */
const CHARACTERS_PER_TOKEN = 3;

/** Any server that speaks chat completions, through the official client with its own retries off. */
export class OpenAiCompatible implements Llm {
  readonly id: string;
  readonly #endpoint: ModelEndpoint;
  readonly #clock: Clock;
  #client: OpenAI | null = null;
  /** The strongest form of structured output the endpoint has not refused. */
  #structure: AnswerStructure = "schema";

  constructor(endpoint: ModelEndpoint, clock: Clock) {
    this.id = `openai-compatible:${endpoint.model}`;
    this.#endpoint = endpoint;
    this.#clock = clock;
  }

  async respond(request: LlmRequest, signal: AbortSignal): Promise<LlmAnswer> {
    const limit = new AbortController();
    const cancel = this.#clock.after(request.timeout, () => limit.abort());
    try {
      return await this.#structured(request, AbortSignal.any([signal, limit.signal]));
    } catch (error) {
      signal.throwIfAborted();
      if (limit.signal.aborted) {
        throw new OrchestratorError(
          "model_timeout",
          `the model did not answer within ${String(request.timeout)} ms; try again once it is loaded`,
          {
            details: { timeout_ms: request.timeout, model: this.#endpoint.model },
            cause: error,
          },
        );
      }
      throw modelError(error, this.#endpoint);
    } finally {
      cancel();
    }
  }

  async #structured(request: LlmRequest, signal: AbortSignal): Promise<LlmAnswer> {
    let structure: AnswerStructure | null = request.schema === null ? "text" : this.#structure;
    for (; structure !== null; structure = weakerThan(structure)) {
      try {
        const completion = await this.#complete(request, structure, signal);
        if (request.schema !== null) this.#structure = structure;
        return this.#answer(request, completion, structure);
      } catch (error) {
        if (structure === "text" || !refusesFormat(error)) throw error;
      }
    }
    throw new InvariantError("the weakest structure answers or throws");
  }

  async #complete(request: LlmRequest, structure: AnswerStructure, signal: AbortSignal): Promise<Completion> {
    const { model, temperature, isTraced } = this.#endpoint;
    const { role, trace } = request;
    const parent = trace === null ? {} : { traceparent: writeTraceparent({ ...trace, isSampled: isTraced }) };
    const client = (this.#client ??= await connect(this.#endpoint));
    const response = await client.chat.completions
      .create(chatRequest(request, model, structure, temperature), {
        signal,
        headers: { "x-writ-role": role, ...parent },
      })
      .asResponse();
    return readCompletion(await response.text());
  }

  #answer(request: LlmRequest, completion: Completion, structure: AnswerStructure): LlmAnswer {
    const { text, model, finish } = completion;
    return { text, model: model ?? this.#endpoint.model, finish, structure, usage: this.#usage(request, completion) };
  }

  #usage(request: LlmRequest, { text, inputTokens, outputTokens }: Completion): LlmUsage {
    const { prices } = this.#endpoint;
    const asked = request.messages.reduce((sum, each) => sum + each.content.length, 0);
    const input = inputTokens ?? Math.ceil(asked / CHARACTERS_PER_TOKEN);
    const output = outputTokens ?? Math.ceil(text.length / CHARACTERS_PER_TOKEN);
    return {
      inputTokens: input,
      outputTokens: output,
      costMillicents: Math.ceil((input * prices.input + output * prices.output) / 1_000_000),
      counted: inputTokens === null || outputTokens === null ? "estimate" : "endpoint",
    };
  }
}

/** The library loads with the first question. Whatever it would take from environment variables is said here instead. */
async function connect({ baseUrl, apiKey, maxAnswerBytes }: ModelEndpoint): Promise<OpenAI> {
  const { OpenAI } = await import("openai");
  return new OpenAI({
    baseURL: baseUrl.href.replace(/\/$/, ""),
    apiKey: apiKey ?? "none",
    ...(apiKey === null ? { defaultHeaders: { authorization: null } } : {}),
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: "off",
    maxRetries: 0,
    fetch: boundedFetch(maxAnswerBytes, apiKey),
  });
}

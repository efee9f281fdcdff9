import type { ModelEndpoint } from "@writ/adapters/llm/endpoint";
import { OpenAiCompatible } from "@writ/adapters/llm/openai-compatible";
import { systemClock } from "@writ/adapters/system/clock";
import type { ModelServer } from "./model-server.ts";

/** A client of a scripted model, without a key and free of charge; say what the test is about. */
export function modelAt(server: ModelServer, over: Partial<ModelEndpoint> = {}): OpenAiCompatible {
  const endpoint: ModelEndpoint = {
    baseUrl: new URL(server.baseUrl),
    model: "test-model",
    apiKey: null,
    temperature: 0,
    maxAnswerBytes: 262_144,
    prices: { input: 0, output: 0 },
    isTraced: false,
    ...over,
  };
  return new OpenAiCompatible(endpoint, systemClock);
}

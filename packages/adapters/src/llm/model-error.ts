import { OrchestratorError } from "@writ/core";
import { APIConnectionError, APIError } from "openai/error";

import type { ModelEndpoint } from "./endpoint.ts";

/** Statuses by which servers say that they do not know a field of the request. */
const NOT_UNDERSTOOD: ReadonlySet<number> = new Set([400, 415, 422, 501]);

/** Characters of what an endpoint says about its failure. */
const MAX_WORDS = 500;

/** Whether the failure may be about `response_format`: a weaker form is worth one try. */
export function refusesFormat(error: unknown): boolean {
  return error instanceof APIError && typeof error.status === "number" && NOT_UNDERSTOOD.has(error.status);
}

/** What an endpoint did, under our names. */
export function modelError(error: unknown, { baseUrl, model }: ModelEndpoint): unknown {
  if (error instanceof OrchestratorError) return error;
  if (!(error instanceof APIError)) return error;
  if (error.cause instanceof OrchestratorError) return error.cause;
  const details = { host: baseUrl.host, model, ...(typeof error.status === "number" ? { status: error.status } : {}) };
  const words = error.message.slice(0, MAX_WORDS);
  if (error instanceof APIConnectionError || typeof error.status !== "number") {
    return new OrchestratorError(
      "model_unreachable",
      `no model answers at ${baseUrl.host}; start it, or look where it should be with: writ config show`,
      { details, cause: new Error(words) },
    );
  }
  const busy = error.status === 408 || error.status === 429 || error.status >= 500;
  return busy
    ? new OrchestratorError(
        "model_unreachable",
        `the model at ${baseUrl.host} is busy or broken (${words}); try again later`,
        { details },
      )
    : new OrchestratorError(
        "model_refused",
        `the model at ${baseUrl.host} refused (${words}); see its name and where its key comes from with: writ config show`,
        { details },
      );
}

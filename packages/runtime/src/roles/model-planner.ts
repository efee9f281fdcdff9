import { OrchestratorError, type DurationMs, type ErrorCode, type Hasher } from "@writ/core";

import type { Clock } from "../ports/clock.ts";
import type { Llm, LlmAnswer, LlmRequest } from "../ports/llm.ts";
import type { ModelUsage, Planner, PlannerRefusal, PlanRequest, Proposal } from "../ports/planner.ts";
import { llmCallId } from "./llm-call.ts";
import { planPrompt } from "./plan-prompt.ts";
import { planSchema } from "./plan-schema.ts";
import { readProposal } from "./read-proposal.ts";
import { taskClassOf, type TaskClass } from "./task-class.ts";

/** A plan of as many steps as a run may have fits into it. */
const MAX_ANSWER_TOKENS = 8_192;

export interface ModelPlannerPorts {
  readonly llm: Llm;
  readonly clock: Clock;
  readonly hash: Hasher;
}

/** What of a failed call is an answer to judge; anything else is nobody's answer and is thrown. */
const REFUSALS: Partial<Record<ErrorCode, PlannerRefusal>> = {
  model_timeout: "planner_timeout",
  model_answer_invalid: "planner_output_invalid",
  model_answer_too_large: "planner_output_invalid",
};

/**
 * Lets a model decompose a goal, once for each request: whether a bad answer is
 * worth another one is the engine's to say, which then hands in the findings.
 */
export class ModelPlanner implements Planner {
  readonly #ports: ModelPlannerPorts;
  readonly #limits: Readonly<Record<TaskClass, DurationMs>>;

  constructor(ports: ModelPlannerPorts, limits: Readonly<Record<TaskClass, DurationMs>>) {
    this.#ports = ports;
    this.#limits = limits;
  }

  async propose(request: PlanRequest, signal: AbortSignal): Promise<Proposal> {
    const { llm, hash } = this.#ports;
    const question: LlmRequest = {
      role: "planning",
      messages: planPrompt(request, hash),
      schema: { name: "plan", schema: planSchema(request.tools) },
      maxTokens: MAX_ANSWER_TOKENS,
      timeout: this.#limits[taskClassOf(request)],
      trace: request.trace,
    };
    const answer = await this.#ask(question, signal);
    if (answer instanceof OrchestratorError) return refused(answer);
    const usage = usageOf(answer);
    const read = readProposal(answer);
    if (!read.ok) {
      const message = `the model's answer is no plan: ${read.error}`;
      return { kind: "refused", code: "planner_output_invalid", message, nearest: [], usage, answers: [answer.text] };
    }
    const planner = {
      kind: "model" as const,
      ref: llm.id,
      version: answer.model,
      model_call_ids: [llmCallId(hash, question)],
    };
    return { kind: "plan", plan: { ...read.value, planner }, usage, answers: [answer.text] };
  }

  /** The limit holds whatever the adapter does with it. */
  async #ask(question: LlmRequest, signal: AbortSignal): Promise<LlmAnswer | OrchestratorError> {
    const limit = new AbortController();
    let cancel = (): void => {};
    const late = new Promise<never>((_resolve, reject) => {
      cancel = this.#ports.clock.after(question.timeout, () => {
        reject(
          new OrchestratorError("model_timeout", `the model did not answer within ${String(question.timeout)} ms`),
        );
        limit.abort();
      });
    });
    try {
      return await Promise.race([this.#ports.llm.respond(question, AbortSignal.any([signal, limit.signal])), late]);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof OrchestratorError && REFUSALS[error.code] !== undefined) return error;
      throw error;
    } finally {
      cancel();
    }
  }
}

function refused(error: OrchestratorError): Proposal {
  return {
    kind: "refused",
    code: REFUSALS[error.code] ?? "planner_output_invalid",
    message: error.message,
    nearest: [],
    usage: { tokens: 0, costMillicents: 0 },
    answers: [],
  };
}

function usageOf({ usage }: LlmAnswer): ModelUsage {
  return { tokens: usage.inputTokens + usage.outputTokens, costMillicents: usage.costMillicents };
}

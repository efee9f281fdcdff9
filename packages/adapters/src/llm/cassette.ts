import { OrchestratorError, type Digest, type Hasher } from "@writ/core";
import { llmCallId, type Llm, type LlmAnswer, type LlmRequest } from "@writ/runtime";

import type { Take } from "./tape.ts";

/** Passes every question on, and keeps each answer before anybody sees it. Failures are not recorded. */
export class RecordingLlm implements Llm {
  readonly id: string;
  readonly #live: Llm;
  readonly #hash: Hasher;
  readonly #keep: (take: Take) => Promise<void>;

  constructor(live: Llm, hash: Hasher, keep: (take: Take) => Promise<void>) {
    this.id = live.id;
    this.#live = live;
    this.#hash = hash;
    this.#keep = keep;
  }

  async respond(request: LlmRequest, signal: AbortSignal): Promise<LlmAnswer> {
    const call = llmCallId(this.#hash, request);
    const answer = await this.#live.respond(request, signal);
    await this.#keep({ call, answer });
    return answer;
  }
}

/**
 * Answers from a tape and from nowhere else. Equal questions get their answers
 * in the order of the tape, each once.
 *
 * `respond` fails with `model_answer_not_recorded` where the tape has no answer left.
 */
export class ReplayingLlm implements Llm {
  readonly id: string;
  readonly #hash: Hasher;
  readonly #left: ReadonlyMap<Digest, Take[]>;

  constructor(id: string, hash: Hasher, takes: readonly Take[]) {
    this.id = id;
    this.#hash = hash;
    this.#left = groupByCall(takes);
  }

  async respond(request: LlmRequest, signal: AbortSignal): Promise<LlmAnswer> {
    signal.throwIfAborted();
    const call = llmCallId(this.#hash, request);
    const take = this.#left.get(call)?.shift();
    if (take === undefined) {
      throw new OrchestratorError(
        "model_answer_not_recorded",
        `the recording holds no answer for this ${request.role} request; record again`,
        {
          details: { call, role: request.role },
        },
      );
    }
    return await Promise.resolve(take.answer);
  }
}

function groupByCall(takes: readonly Take[]): Map<Digest, Take[]> {
  const groups = new Map<Digest, Take[]>();
  for (const take of takes) {
    const group = groups.get(take.call);
    if (group === undefined) groups.set(take.call, [take]);
    else group.push(take);
  }
  return groups;
}

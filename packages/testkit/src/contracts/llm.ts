import { durationMs } from "@writ/core";
import type { Llm, LlmRequest } from "@writ/runtime";
import { describe, expect, onTestFinished, test } from "vitest";

import type { ModelReply } from "../model-reply.ts";

export interface LlmUnderTest extends AsyncDisposable {
  readonly llm: Llm;
}

/** Makes an Llm whose endpoint does the same thing with every request, except that it knows every form of `response_format`. */
export type MakeLlm = (reply: ModelReply) => Promise<LlmUnderTest>;

export const anLlmRequest: LlmRequest = {
  role: "generation",
  messages: [
    { role: "system", content: "You answer briefly." },
    { role: "user", content: "What is the capital of France?" },
  ],
  schema: null,
  maxTokens: 100,
  timeout: durationMs(5_000),
  trace: null,
};

/** What holds of every Llm. */
export function llmContract(make: MakeLlm): void {
  llmAnswers(make);
  llmFailures(make);
}

/** The part that holds of recordings too. */
export function llmAnswers(make: MakeLlm): void {
  describe("an Llm that answers", () => {
    test("gives text, usage, model, and why it stopped", async () => {
      const llm = await open(make, { kind: "says", text: "Paris.", usage: { input: 21, output: 3 }, finish: "length" });
      const answer = await llm.respond(anLlmRequest, never());
      expect(answer).toMatchObject({ text: "Paris.", finish: "length", structure: "text" });
      expect(answer.usage).toMatchObject({ inputTokens: 21, outputTokens: 3, counted: "endpoint" });
      expect(answer.model).not.toBe("");
      expect(llm.id).not.toBe("");
    });

    test("leaves the request as it was", async () => {
      const llm = await open(make, { kind: "says", text: "Paris." });
      const request = frozen(structuredClone(anLlmRequest));
      await llm.respond(request, never());
      expect(request).toEqual(anLlmRequest);
    });

    test("rejects with the caller's reason when the call is already given up", async () => {
      const llm = await open(make, { kind: "says", text: "Paris." });
      await expect(llm.respond(anLlmRequest, AbortSignal.abort("given up"))).rejects.toBe("given up");
    });
  });
}

function llmFailures(make: MakeLlm): void {
  const failing: readonly [string, ModelReply, string][] = [
    ["is not JSON", { kind: "raw", body: "<html>502</html>" }, "model_answer_invalid"],
    ["is JSON of something else", { kind: "raw", body: '{"hello":1}' }, "model_answer_invalid"],
    ["is nested without end", { kind: "raw", body: "[".repeat(5_000) }, "model_answer_invalid"],
    ["has no text", { kind: "says", text: "" }, "model_answer_invalid"],
    ["is only thinking", { kind: "says", text: "<think>hm, let me see" }, "model_answer_invalid"],
    ["breaks off", { kind: "truncated" }, "model_unreachable"],
    ["does not end", { kind: "huge", bytes: 256 * 1024 * 1024 }, "model_answer_too_large"],
    ["is an error object in a 200", { kind: "raw", body: '{"error":{"message":"no such model"}}' }, "model_refused"],
    ["is a 401", { kind: "status", status: 401, body: { error: { message: "wrong key" } } }, "model_refused"],
    ["is a 400", { kind: "status", status: 400, body: { error: { message: "prompt too long" } } }, "model_refused"],
    ["is a 429", { kind: "status", status: 429, body: { error: { message: "slow down" } } }, "model_unreachable"],
    ["is a 500", { kind: "status", status: 500, body: "boom" }, "model_unreachable"],
    ["sends elsewhere", { kind: "redirect", to: "http://192.0.2.1/v1/chat/completions" }, "model_unreachable"],
  ];

  describe("an Llm whose endpoint's answer", () => {
    test.each(failing)("%s fails by name", async (_what, reply, code) => {
      const llm = await open(make, reply);
      await expect(llm.respond(anLlmRequest, never())).rejects.toMatchObject({ code });
    });

    test("never comes fails at the limit", async () => {
      const llm = await open(make, { kind: "silent" });
      await expect(llm.respond({ ...anLlmRequest, timeout: durationMs(60) }, never())).rejects.toMatchObject({
        code: "model_timeout",
      });
    });

    test("comes after the limit is not waited for", async () => {
      const llm = await open(make, { kind: "slow", afterMs: 2_000, reply: { kind: "says", text: "late" } });
      await expect(llm.respond({ ...anLlmRequest, timeout: durationMs(60) }, never())).rejects.toMatchObject({
        code: "model_timeout",
      });
    });

    test("is no longer wanted rejects with the caller's reason", async () => {
      const llm = await open(make, { kind: "silent" });
      const caller = new AbortController();
      const answer = llm.respond(anLlmRequest, caller.signal);
      setTimeout(() => caller.abort("given up"), 30);
      await expect(answer).rejects.toBe("given up");
    });
  });
}

async function open(make: MakeLlm, reply: ModelReply): Promise<Llm> {
  const made = await make(reply);
  onTestFinished(() => made[Symbol.asyncDispose]());
  return made.llm;
}

function never(): AbortSignal {
  return new AbortController().signal;
}

function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === "object" && inner !== null) frozen(inner);
  return Object.freeze(value);
}

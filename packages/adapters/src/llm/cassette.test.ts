import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { durationMs } from "@writ/core";
import { modelAt } from "@writ/testkit/model-client";
import { anLlmRequest, llmAnswers, llmContract } from "@writ/testkit/contracts/llm";
import { ModelServer, type ModelScript } from "@writ/testkit/model-server";
import { describe, expect, onTestFinished, test } from "vitest";

import { nodeHasher } from "../system/sha256.ts";
import { RecordingLlm, ReplayingLlm } from "./cassette.ts";
import { parseTape, tapeLine, type Take } from "./tape.ts";

const signal = (): AbortSignal => new AbortController().signal;

describe("while recording", () => {
  llmContract(async (reply) => {
    const server = await ModelServer.start(() => reply);
    return {
      llm: new RecordingLlm(modelAt(server), nodeHasher, async () => {}),
      [Symbol.asyncDispose]: () => server.close(),
    };
  });
});

describe("while replaying", () => {
  llmAnswers(async (reply) => {
    const takes = await record(() => reply, 1);
    return { llm: new ReplayingLlm("recorded", nodeHasher, takes), [Symbol.asyncDispose]: async () => {} };
  });
});

/** The tape of `times` equal questions, through a real endpoint and a real file. */
async function record(script: ModelScript, times: number): Promise<readonly Take[]> {
  const folder = await mkdtemp(join(tmpdir(), "tape-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "tape.jsonl");
  await using server = await ModelServer.start(script);
  const llm = new RecordingLlm(modelAt(server), nodeHasher, (take) => appendFile(file, tapeLine(take)));
  for (let time = 0; time < times; time += 1) await llm.respond(anLlmRequest, signal());
  return parseTape(await readFile(file, "utf8"));
}

describe("a recording", () => {
  test("gives equal questions their answers in order, each once, and then none", async () => {
    const takes = await record(({ turn }) => ({ kind: "says", text: `answer ${String(turn)}` }), 2);
    const llm = new ReplayingLlm("recorded", nodeHasher, takes);
    expect((await llm.respond(anLlmRequest, signal())).text).toBe("answer 0");
    expect((await llm.respond({ ...anLlmRequest, timeout: durationMs(1) }, signal())).text).toBe("answer 1");
    await expect(llm.respond(anLlmRequest, signal())).rejects.toMatchObject({ code: "model_answer_not_recorded" });
  });

  test.each([
    { role: "judging" as const },
    { maxTokens: 101 },
    { messages: [...anLlmRequest.messages, { role: "user" as const, content: "" }] },
    { schema: { name: "plan", schema: {} } },
  ])("has no answer to another question: %j", async (difference) => {
    const takes = await record(() => ({ kind: "says", text: "Paris." }), 1);
    const llm = new ReplayingLlm("recorded", nodeHasher, takes);
    await expect(llm.respond({ ...anLlmRequest, ...difference }, signal())).rejects.toMatchObject({
      code: "model_answer_not_recorded",
    });
  });

  test("keeps no failure", async () => {
    const takes: Take[] = [];
    await using server = await ModelServer.start(() => ({ kind: "status", status: 500, body: "boom" }));
    const llm = new RecordingLlm(modelAt(server), nodeHasher, async (take) => void takes.push(take));
    await expect(llm.respond(anLlmRequest, signal())).rejects.toMatchObject({ code: "model_unreachable" });
    expect(takes).toEqual([]);
  });

  test.each(["not json", "{}", '{"call":"sha256:1","answer":{}}'])(
    "that is damaged is refused whole: %s",
    async (line) => {
      const takes = await record(() => ({ kind: "says", text: "Paris." }), 1);
      const tape = `${takes.map(tapeLine).join("")}${line}\n`;
      expect(() => parseTape(tape)).toThrow(
        expect.objectContaining({ code: "model_answer_not_recorded", details: { line: 2 } }),
      );
    },
  );
});

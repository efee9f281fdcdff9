import { inspect } from "node:util";

import { durationMs } from "@writ/core";
import type { LlmRequest } from "@writ/runtime";
import { modelAt } from "@writ/testkit/model-client";
import { anLlmRequest, llmContract } from "@writ/testkit/contracts/llm";
import { byRole, ModelServer, refusingFormats, type ModelScript, type SeenRequest } from "@writ/testkit/model-server";
import { afterEach, describe, expect, test, vi } from "vitest";

const KEY = "sk-very-secret-0123456789";

const signal = (): AbortSignal => new AbortController().signal;

llmContract(async (reply) => {
  const server = await ModelServer.start(() => reply);
  return { llm: modelAt(server), [Symbol.asyncDispose]: () => server.close() };
});

describe("a chat-completions endpoint", () => {
  afterEach(() => vi.unstubAllEnvs());

  const says =
    (text: string): ModelScript =>
    () => ({ kind: "says", text });
  const wanted: LlmRequest = { ...anLlmRequest, schema: { name: "plan", schema: { type: "object" } } };

  test("that omits usage, id and model is understood, and the tokens are an estimate", async () => {
    await using server = await ModelServer.start(() => ({ kind: "says", text: "Paris.", usage: "omitted" }));
    const answer = await modelAt(server).respond(anLlmRequest, signal());
    expect(answer).toMatchObject({
      text: "Paris.",
      model: "test-model",
      usage: { counted: "estimate", outputTokens: 2 },
    });
    expect(answer.usage.inputTokens).toBeGreaterThan(10);
  });

  test("is asked once: no retry happens behind the budget's back", async () => {
    await using server = await ModelServer.start(() => ({ kind: "status", status: 503, body: "busy" }));
    await expect(modelAt(server).respond(anLlmRequest, signal())).rejects.toMatchObject({ code: "model_unreachable" });
    expect(server.requests).toHaveLength(1);
  });

  test("gets the schema; its answer is marked as held to it", async () => {
    await using server = await ModelServer.start(says("{}"));
    expect(await modelAt(server).respond(wanted, signal())).toMatchObject({ structure: "schema" });
    expect(server.requests[0]?.body["response_format"]).toEqual({
      type: "json_schema",
      json_schema: { name: "plan", schema: { type: "object" } },
    });
  });

  test.each([
    { refused: ["json_schema"] as const, structure: "json", asked: ["json_schema", "json_object"] },
    {
      refused: ["json_schema", "json_object"] as const,
      structure: "text",
      asked: ["json_schema", "json_object", "none"],
    },
  ])("that refuses $refused is asked for $structure, and the answer says so", async ({ refused, structure, asked }) => {
    await using server = await ModelServer.start(refusingFormats(refused, says("{}")));
    const llm = modelAt(server);
    expect(await llm.respond(wanted, signal())).toMatchObject({ structure });
    expect(server.requests.map((each) => each.format)).toEqual(asked);
    expect(server.requests.at(-1)?.messages[0]?.content).toContain('{"type":"object"}');
    await llm.respond(wanted, signal());
    expect(server.requests).toHaveLength(asked.length + 1);
  });

  test("that refuses for another reason is not remembered as one without schemas", async () => {
    let refuse = true;
    await using server = await ModelServer.start(() =>
      refuse
        ? { kind: "status", status: 400, body: { error: { message: "prompt too long" } } }
        : { kind: "says", text: "{}" },
    );
    const llm = modelAt(server);
    await expect(llm.respond(wanted, signal())).rejects.toMatchObject({ code: "model_refused" });
    refuse = false;
    expect(await llm.respond(wanted, signal())).toMatchObject({ structure: "schema" });
  });

  test.each([
    ["<think>2+2</think>\n4", "4"],
    ["so the answer is</think> 4", "4"],
    ["<think>a</think>4<think>b</think>", "4"],
    ["4 <thinking>and then", "4"],
  ])("has its thinking taken out of %j", async (said, text) => {
    await using server = await ModelServer.start(says(said));
    expect((await modelAt(server).respond(anLlmRequest, signal())).text).toBe(text);
  });

  test("gets one system message first and no two of one role in a row", async () => {
    await using server = await ModelServer.start(says("ok"));
    const messages = [
      { role: "user", content: "a" },
      { role: "system", content: "b" },
      { role: "user", content: "c" },
      { role: "assistant", content: "d" },
      { role: "system", content: "e" },
    ] as const;
    await modelAt(server).respond({ ...anLlmRequest, messages }, signal());
    expect(server.requests[0]?.messages).toEqual([
      { role: "system", content: "b\n\ne" },
      { role: "user", content: "a\n\nc" },
      { role: "assistant", content: "d" },
    ]);
  });

  test("costs what its prices say, rounded up", async () => {
    await using server = await ModelServer.start(() => ({
      kind: "says",
      text: "ok",
      usage: { input: 1_000, output: 1 },
    }));
    const answer = await modelAt(server, { prices: { input: 300_000, output: 1_500_000 } }).respond(
      anLlmRequest,
      signal(),
    );
    expect(answer.usage.costMillicents).toBe(302);
  });

  test("gets the key in one header, and nothing about this machine or its environment", async () => {
    vi.stubEnv("OPENAI_CUSTOM_HEADERS", "x-leak: from-the-environment");
    vi.stubEnv("OPENAI_API_KEY", "sk-from-the-environment");
    vi.stubEnv("OPENAI_ORG_ID", "org-from-the-environment");
    await using server = await ModelServer.start(says("ok"));
    await modelAt(server, { apiKey: KEY }).respond(anLlmRequest, signal());
    await modelAt(server).respond(anLlmRequest, signal());
    const [keyed, keyless]: readonly (SeenRequest | undefined)[] = server.requests;
    expect(keyed?.authorization).toBe(`Bearer ${KEY}`);
    expect(keyless?.authorization).toBeNull();
    const usual = [
      "accept",
      "accept-encoding",
      "accept-language",
      "connection",
      "content-length",
      "content-type",
      "host",
      "sec-fetch-mode",
      "user-agent",
    ];
    expect(keyless?.headers.filter((name) => !usual.includes(name))).toEqual(["x-writ-role"]);
    expect(keyless?.traceparent).toBeNull();
    expect(JSON.stringify([keyed?.body, keyless?.body])).not.toMatch(/sk-|org-/);
  });

  test.each([
    [true, "01"],
    [false, "00"],
  ])("an endpoint is told the span that asks, and %s that it is recorded", async (isTraced, flags) => {
    await using server = await ModelServer.start(says("ok"));
    const trace = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
    await modelAt(server, { isTraced }).respond({ ...anLlmRequest, trace }, signal());
    expect(server.requests[0]?.traceparent).toBe(`00-${trace.traceId}-${trace.spanId}-${flags}`);
  });

  test.each<[string, ModelScript]>([
    [
      "refuses it aloud",
      () => ({ kind: "status", status: 401, body: { error: { message: `Incorrect API key provided: ${KEY}` } } }),
    ],
    ["repeats it in an error object", () => ({ kind: "raw", body: JSON.stringify({ error: `key ${KEY}?` }) })],
    ["repeats it while broken", () => ({ kind: "status", status: 500, body: { error: { message: KEY } } })],
    ["answers with it", says(`your key is ${KEY}`)],
    ["never answers", () => ({ kind: "silent" })],
  ])("that %s does not get the key into an error, an answer or a log", async (_what, script) => {
    const spoken = vi.spyOn(console, "log");
    await using server = await ModelServer.start(script);
    const llm = modelAt(server, { apiKey: KEY });
    const outcome: unknown = await llm
      .respond({ ...anLlmRequest, timeout: durationMs(200) }, signal())
      .catch((error: unknown) => error);
    expect(inspect([outcome, llm], { depth: 12, showHidden: true })).not.toContain(KEY);
    expect(JSON.stringify([outcome, llm])).not.toContain(KEY);
    expect(spoken).not.toHaveBeenCalled();
  });

  test("that sends elsewhere is not followed", async () => {
    await using elsewhere = await ModelServer.start(says("from elsewhere"));
    const to = `${elsewhere.baseUrl}/chat/completions`;
    await using server = await ModelServer.start(() => ({ kind: "redirect", to }));
    await expect(modelAt(server).respond(anLlmRequest, signal())).rejects.toMatchObject({ code: "model_unreachable" });
    expect(elsewhere.requests).toEqual([]);
  });

  test("where nobody listens is unreachable", async () => {
    const server = await ModelServer.start(byRole({}));
    await server.close();
    await expect(modelAt(server).respond(anLlmRequest, signal())).rejects.toMatchObject({ code: "model_unreachable" });
  });
});

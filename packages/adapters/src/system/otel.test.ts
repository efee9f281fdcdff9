import * as conventions from "@opentelemetry/semantic-conventions/incubating";
import { durationMs, EntryReader, epochMs, type RunId } from "@writ/core";
import { Tracing, type FinishedSpan } from "@writ/runtime";
import { OtlpCollector } from "@writ/testkit/otlp-collector";
import { testHasher } from "@writ/testkit/build/hasher";
import { CORE } from "@writ/testkit/simulator/core-functions";
import { World } from "@writ/testkit/simulator/world";
import { describe, expect, test } from "vitest";

import { otlpTelemetry } from "./otel.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";

function aSpan(over: Partial<FinishedSpan> = {}): FinishedSpan {
  return {
    context: { traceId: TRACE, spanId: "b7ad6b7169203331" },
    parent: null,
    links: [],
    name: "plan",
    kind: "internal",
    startedAt: epochMs(1_795_208_645_001),
    endedAt: epochMs(1_795_208_646_999),
    attributes: {},
    error: null,
    ...over,
  };
}

function sendingTo(url: string) {
  return otlpTelemetry({ url: `${url}/v1/traces`, headers: { "x-org": "a" }, version: "0.1.0" });
}

/** Every span of simulated runs. */
function simulated(seeds: number): readonly FinishedSpan[] {
  const spans: FinishedSpan[] = [];
  for (let seed = 1; seed <= seeds; seed += 1) {
    const world = new World(seed, CORE, () => undefined);
    world.live();
    const tracing = new Tracing({
      telemetry: { finished: (span) => void spans.push(span), close: () => Promise.resolve() },
      journal: { read: () => Promise.resolve([]) },
      hash: testHasher,
      model: "qwen3",
      capturesContent: true,
    });
    const reader = new EntryReader(testHasher);
    for (const stored of world.recording.stored)
      tracing.noticed({ ...reader.read(stored), run: world.recording.run as RunId });
  }
  return spans;
}

describe("spans in OTLP", () => {
  test("arrive as they were told, to the millisecond", async () => {
    await using collector = await OtlpCollector.listen();
    const telemetry = sendingTo(collector.url);
    const parent = { traceId: TRACE, spanId: "1".repeat(16) };
    const caller = { traceId: "2".repeat(32), spanId: "3".repeat(16), isSampled: false };
    const attributes = { text: "a", number: 7, yes: true, list: ["a", "b"] };
    telemetry.finished(aSpan({ parent, links: [caller], kind: "client", attributes, error: "plan_refused" }));
    await telemetry.close(durationMs(5_000));
    expect(collector.spans).toEqual([
      {
        traceId: TRACE,
        spanId: "b7ad6b7169203331",
        parentSpanId: "1".repeat(16),
        name: "plan",
        kind: 3,
        startTimeUnixNano: 1_795_208_645_001,
        endTimeUnixNano: 1_795_208_646_999,
        attributes,
        links: [{ traceId: "2".repeat(32), spanId: "3".repeat(16) }],
        status: { code: 2, message: "plan_refused" },
      },
    ]);
    expect([...collector.scopes]).toEqual(["writ"]);
    expect(collector.bodies[0]).toContain('"service.name"');
  });

  test("are sent while work goes on, and no more of them wait than there is room for", async () => {
    await using collector = await OtlpCollector.listen();
    const telemetry = sendingTo(collector.url);
    const id = (number: number): string => number.toString(16).padStart(16, "0");
    for (let number = 1; number <= 20_000; number += 1)
      telemetry.finished(aSpan({ context: { traceId: TRACE, spanId: id(number) } }));
    await telemetry.close(durationMs(10_000));
    expect(collector.spans.length).toBeGreaterThan(4_000);
    expect(collector.spans.length).toBeLessThan(6_000);
    telemetry.finished(aSpan());
    await telemetry.close(durationMs(1_000));
  });

  test("that nobody takes are given up in time, and nothing is thrown", async () => {
    await using collector = await OtlpCollector.listen("hangs");
    const telemetry = sendingTo(collector.url);
    telemetry.finished(aSpan());
    const before = performance.now();
    await telemetry.close(durationMs(300));
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(collector.bodies).toHaveLength(1);
  });

  test("are called and described as the conventions for generative AI say, what is ours has our name before it", () => {
    const values = Object.entries(conventions).flatMap(([name, value]): [string, string][] =>
      typeof value === "string" ? [[name, value]] : [],
    );
    const known = new Set(values.filter(([name]) => name.startsWith("ATTR_")).map(([, value]) => value));
    const operations = new Set(
      values.filter(([name]) => name.startsWith("GEN_AI_OPERATION_NAME_VALUE_")).map(([, value]) => value),
    );
    const spans = simulated(80);
    const used = new Set(spans.flatMap(({ attributes }) => Object.keys(attributes)));
    expect([...used].filter((name) => !known.has(name) && !name.startsWith("writ."))).toEqual([]);
    const done = new Set(spans.map(({ attributes }) => attributes["gen_ai.operation.name"] ?? "none"));
    expect(done).toEqual(new Set(["chat", "execute_tool", "invoke_agent", "plan", "none"]));
    // The library is older than `plan`, which the conventions have had since they got a repository of their own.
    expect([...done].filter((name) => !operations.has(String(name)))).toEqual(expect.arrayContaining(["plan", "none"]));
    expect([...done].filter((name) => !operations.has(String(name)))).toHaveLength(2);
    for (const name of ["gen_ai.tool.call.id", "gen_ai.tool.call.arguments", "gen_ai.request.model", "error.type"])
      expect([name, used.has(name)]).toEqual([name, true]);
  });
});

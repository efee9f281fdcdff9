import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { spanContext } from "@writ/core";
import { planReply } from "@writ/testkit/hostile-plans";
import { byRole, ModelServer } from "@writ/testkit/model-server";
import { OtlpCollector } from "@writ/testkit/otlp-collector";
import { describe, expect, test } from "vitest";

import { Workspace } from "./workspace.ts";

const GOAL = "Find new docs from the last 24 hours and summarize them";

/** What must not leave: what was asked, read, written or said. */
const CONTENT = ["summarize them", "release.md", "support.md", "Stand-up", "INV-310", "usr_"];

function sendingTo(url: string, more = ""): string {
  return `telemetry: { otlp_url: "${url}"${more} }\n`;
}

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

/** Tells on the last line of stderr how many files of OpenTelemetry a process has loaded. */
const COUNTING = `
import { registerHooks } from "node:module";
let loaded = 0;
registerHooks({ load(url, context, next) { loaded += url.includes("/@opentelemetry/") ? 1 : 0; return next(url, context); } });
process.on("exit", () => process.stderr.write("\\nloaded " + loaded));
`;

describe("traces", () => {
  test("of W1 with its approval: one tree in the run's own trace, over two processes, and no content", async () => {
    await using collector = await OtlpCollector.listen();
    await using work = Workspace.make("notes");
    work.configure(sendingTo(collector.url));
    const run = await work.goal(GOAL);
    const approval = await work.waiting(run);
    await work.close();
    const before = collector.spans.length;
    expect(before).toBeGreaterThan(3);
    expect(collector.spans.some(({ name }) => name.startsWith("invoke_agent"))).toBe(false);
    expect((await work.approve(run)).status).toBe("completed");
    const facts = await work.facts(run);
    const history = await work.history(run);
    await work.close();

    const { spans } = collector;
    const names = spans.map(({ name }) => name);
    expect(names.toSorted()).toEqual([
      "execute_tool docs.search_docs",
      "execute_tool docs.write_doc",
      "execute_tool llm.generate",
      "invoke_agent writ",
      "plan",
      "writ.approval",
      "writ.verify",
    ]);
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([spanContext(run, "run")?.traceId]));
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    const root = collector.named("invoke_agent writ");
    expect(root.parentSpanId).toBeUndefined();
    const plan = collector.named("plan");
    expect(collector.named("writ.verify").parentSpanId).toBe(plan.spanId);
    for (const span of spans.filter(({ name }) => name !== "writ.verify" && name !== "invoke_agent writ"))
      expect([span.name, span.parentSpanId]).toEqual([span.name, root.spanId]);
    for (const span of spans) {
      expect([span.name, span.startTimeUnixNano >= root.startTimeUnixNano]).toEqual([span.name, true]);
      expect([span.name, span.endTimeUnixNano <= root.endTimeUnixNano]).toEqual([span.name, true]);
      expect([span.name, span.attributes["writ.run.id"], span.status.code ?? 0]).toEqual([span.name, run, 0]);
    }
    expect([...collector.scopes]).toEqual(["writ"]);

    const requested = facts.find(({ type }) => type === "approval_requested");
    const written = facts.find((fact) => fact.type === "step_started" && fact.tool === "docs.write_doc");
    expect(collector.named("writ.approval").attributes).toMatchObject({
      "writ.approval.id": approval,
      "writ.approval.tier": "local_write",
      "writ.approval.decision": "granted",
      "writ.binding_hash": requested?.type === "approval_requested" ? requested.binding_hash : "",
    });
    expect(collector.named("execute_tool docs.write_doc").attributes).toMatchObject({
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "docs.write_doc",
      "gen_ai.tool.call.id": written?.type === "step_started" ? written.tool_call : "",
      "writ.attempt": 1,
      "writ.approval.id": approval,
    });
    expect(root.attributes).toMatchObject({
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": "writ",
      "writ.run.outcome": "completed",
      "writ.journal.seq": history.stored.at(-1)?.seq,
    });
    expect(collector.paths.every((path) => path === "POST /v1/traces")).toBe(true);
    for (const text of CONTENT) expect([text, collector.bodies.join("").includes(text)]).toEqual([text, false]);
  });

  test("come from a caller and go on behind a model that is asked, which is called by the span that is sent", async () => {
    await using collector = await OtlpCollector.listen();
    const steps = [{ id: "write", approval_mode: "read_only", tool: "llm.generate", params: { task: "Say hello" } }];
    await using model = await ModelServer.start(
      byRole({ planning: [planReply({ steps })], generation: [{ kind: "says", text: "Hello, all of you." }] }),
    );
    await using work = Workspace.make("notes", {
      environment: {
        WRIT_MODEL_URL: model.baseUrl,
        WRIT_MODEL: "scripted",
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      },
    });
    const run = await work.start({ goal: "Greet everybody in the house with kind words" });
    (await work.desk()).calledBy(run, { traceId: "a".repeat(32), spanId: "b".repeat(16), isSampled: true });
    await work.rest(run);
    expect((await work.view(run)).status).toBe("completed");
    await work.close();
    const chats = collector.spans.filter(({ name }) => name === "chat scripted");
    const [planning, generation] = ["plan", "execute_tool llm.generate"].map((name) => collector.named(name).spanId);
    expect(chats.map(({ parentSpanId }) => parentSpanId)).toEqual([planning, generation]);
    expect(model.requests.map(({ traceparent }) => traceparent)).toEqual(
      chats.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`),
    );
    expect(chats.map(({ kind, attributes }) => [kind, attributes["gen_ai.request.model"]])).toEqual([
      [3, "scripted"],
      [3, "scripted"],
    ]);
    expect(spanContext(run, "run")?.traceId).toBe(chats[0]?.traceId);
    expect(collector.named("invoke_agent writ").links).toEqual([{ traceId: "a".repeat(32), spanId: "b".repeat(16) }]);
  });

  test("of a denial say that it was one, and content goes along where the user says so, secrets masked", async () => {
    await using collector = await OtlpCollector.listen();
    await using work = Workspace.make("notes", { environment: { COLLECTOR: "authorization=Bearer%20hidden-token-1" } });
    work.configure(sendingTo(collector.url, ", capture_content: true, headers_env: COLLECTOR"));
    const run = await work.goal(GOAL);
    await work.deny(run, "why not, hidden-token-1");
    await work.close();
    expect(collector.named("writ.approval").attributes).toMatchObject({
      "writ.approval.decision": "denied",
      "writ.approval.reason": "why not, ••••••",
    });
    expect(collector.named("invoke_agent writ")).toMatchObject({
      status: { code: 2, message: "approval_denied" },
      attributes: { "error.type": "approval_denied" },
    });
    const { attributes } = collector.named("execute_tool docs.search_docs");
    expect(String(attributes["gen_ai.tool.call.arguments"])).toContain('"since_hours":24');
    expect(String(attributes["gen_ai.tool.call.result"])).toContain("release.md");
    expect(String(collector.named("invoke_agent writ").attributes["writ.goal"])).toContain(GOAL);
    const sent = CONTENT.filter((text) => collector.bodies.join("").includes(text));
    expect(sent).toEqual(CONTENT.slice(0, 5));
    expect(new Set(collector.authorizations)).toEqual(new Set(["Bearer hidden-token-1"]));
    expect(collector.bodies.join("")).not.toContain("hidden-token-1");
  });

  test("cost nothing where nobody wants any: not one file of the exporter is loaded", async () => {
    await using work = Workspace.make("notes");
    const loaded = (environment: Readonly<Record<string, string>>): number => {
      const hook = `data:text/javascript,${encodeURIComponent(COUNTING)}`;
      const { stderr } = spawnSync(process.execPath, ["--import", hook, MAIN, "run", GOAL, "--json"], {
        cwd: work.root,
        env: { ...work.environment, ...environment },
        encoding: "utf8",
      });
      return Number(/loaded ([0-9]+)$/.exec(stderr)?.[1] ?? "NaN");
    };
    expect(loaded({})).toBe(0);
    expect(loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", OTEL_SDK_DISABLED: "true" })).toBe(0);
    expect(loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" })).toBeGreaterThan(10);
  });

  test.each(["hangs", "refuses", "is gone"] as const)(
    "a collector that %s holds up neither run nor leaving",
    async (manner) => {
      const collector = await OtlpCollector.listen(manner === "is gone" ? "answers" : manner);
      if (manner === "is gone") await collector[Symbol.asyncDispose]();
      await using work = Workspace.make("notes");
      work.configure(sendingTo(collector.url));
      const run = await work.goal(GOAL);
      expect((await work.approve(run)).status).toBe("completed");
      const before = performance.now();
      await work.close();
      expect(performance.now() - before).toBeLessThan(3_000);
      expect(collector.spans).toEqual([]);
      if (manner !== "is gone") expect(collector.bodies.length).toBeGreaterThan(0);
      if (manner !== "is gone") await collector[Symbol.asyncDispose]();
    },
  );
});

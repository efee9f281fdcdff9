import { once } from "node:events";
import { createServer, type Server } from "node:http";

import * as z from "zod";

const value = z.union([
  z.object({ stringValue: z.string() }).transform(({ stringValue }): unknown => stringValue),
  z.object({ intValue: z.union([z.int(), z.string()]) }).transform(({ intValue }) => Number(intValue)),
  z.object({ boolValue: z.boolean() }).transform(({ boolValue }) => boolValue),
  z
    .object({ arrayValue: z.object({ values: z.array(z.object({ stringValue: z.string() })) }) })
    .transform(({ arrayValue }) => arrayValue.values.map(({ stringValue }) => stringValue)),
]);

const attributes = z
  .array(z.object({ key: z.string(), value }))
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, value])));

const nanoseconds = z.string().transform((text) => Number(BigInt(text) / 1_000_000n));

const span = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  name: z.string(),
  kind: z.int(),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes,
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
  status: z.object({ code: z.int().optional(), message: z.string().optional() }),
});

const request = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(z.object({ scope: z.object({ name: z.string() }), spans: z.array(span) })),
    }),
  ),
});

export type CollectedSpan = z.infer<typeof span>;

/** How a collector answers: as it should, never, or with an error. */
type Manner = "answers" | "hangs" | "refuses";

/** A collector of traces on loopback: reads OTLP in JSON and holds it to its form. */
export class OtlpCollector implements AsyncDisposable {
  readonly spans: CollectedSpan[] = [];
  readonly scopes = new Set<string>();
  readonly bodies: string[] = [];
  readonly paths: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async listen(manner: Manner = "answers"): Promise<OtlpCollector> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const collector = new OtlpCollector(server, `http://127.0.0.1:${port}`);
    server.on("request", (asked, answer) => {
      collector.paths.push(`${asked.method} ${asked.url}`);
      collector.authorizations.push(asked.headers.authorization);
      const parts: Buffer[] = [];
      asked.on("data", (part: Buffer) => parts.push(part));
      asked.on("end", () => {
        collector.bodies.push(Buffer.concat(parts).toString("utf8"));
        if (manner === "hangs") return;
        if (manner === "answers") collector.#take(collector.bodies.at(-1) ?? "");
        answer.writeHead(manner === "answers" ? 200 : 503, { "content-type": "application/json" }).end("{}");
      });
    });
    return collector;
  }

  named(name: string): CollectedSpan {
    const found = this.spans.filter((each) => each.name === name);
    const [only] = found;
    if (only === undefined || found.length > 1)
      throw new TypeError(
        `${found.length} spans are called ${name}: ${this.spans.map((each) => each.name).join(", ")}`,
      );
    return only;
  }

  #take(body: string): void {
    const { resourceSpans } = request.parse(JSON.parse(body));
    for (const { scopeSpans } of resourceSpans)
      for (const { scope, spans } of scopeSpans) {
        this.scopes.add(scope.name);
        this.spans.push(...spans);
      }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await Promise.resolve();
  }
}

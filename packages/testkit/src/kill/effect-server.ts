import { isJsonObject, parseJson } from "@writ/core";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** What the outside world saw of one effect. */
export interface SeenEffect {
  /** How often something changed: a repeat under the same key changes nothing. */
  changes: number;
  /** How often it was asked for. */
  calls: number;
  readonly keys: Set<string>;
}

/**
 * The outside world of a kill test: a process that outlives every kill and
 * counts what really happened, by business id.
 */
export class EffectServer {
  readonly effects = new Map<string, SeenEffect>();
  readonly #server: Server;
  readonly #answers = new Map<string, number>();

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => void this.#reply(request, response));
  }

  static async start(): Promise<EffectServer> {
    const made = new EffectServer(createServer());
    await new Promise<void>((resolve) => made.#server.listen(0, "127.0.0.1", () => resolve()));
    return made;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  }

  seen(id: string): SeenEffect {
    const known = this.effects.get(id) ?? { changes: 0, calls: 0, keys: new Set() };
    this.effects.set(id, known);
    return known;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body } = await this.#answer(request);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  async #answer(request: IncomingMessage): Promise<{ readonly status: number; readonly body: object }> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const asked = parseJson(text);
    const { id, key, form } = isJsonObject(asked)
      ? {
          id: String(asked["id"] ?? ""),
          key: asked["key"] == null ? null : String(asked["key"]),
          form: String(asked["form"] ?? ""),
        }
      : { id: "", key: null, form: "" };
    const effect = this.seen(id);
    if (request.url === "/probe") return { status: 200, body: { happened: effect.changes > 0 } };
    effect.calls += 1;
    if (form === "flaky") {
      const before = this.#answers.get(id) ?? 0;
      this.#answers.set(id, before + 1);
      return before === 0 ? { status: 503, body: {} } : { status: 200, body: { id } };
    }
    if (key === null || !effect.keys.has(key)) effect.changes += 1;
    if (key !== null) effect.keys.add(key);
    return { status: 200, body: { id } };
  }
}

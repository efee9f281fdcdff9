import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

import { isJsonArray, isJsonObject, parseStrict, type Json, type JsonObject } from "@writ/core";

import { sendReply, type ModelReply } from "./model-reply.ts";

/** What the endpoint was asked, as far as scripts decide by it. */
export interface SeenRequest {
  /** The `x-writ-role` header: `planning`, `generation` or `judging`; empty when absent. */
  readonly role: string;
  /** How many requests of this role came before. */
  readonly turn: number;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly format: "json_schema" | "json_object" | "none";
  readonly authorization: string | null;
  readonly traceparent: string | null;
  /** The names of all headers, lower case. */
  readonly headers: readonly string[];
  readonly body: JsonObject;
}

export type ModelScript = (request: SeenRequest) => ModelReply;

/**
 * A chat-completions endpoint on loopback that answers as a script says. It
 * never keeps the process alive and closes by itself after its lifetime.
 */
export class ModelServer implements AsyncDisposable {
  /** What an adapter is configured with. */
  readonly baseUrl: string;
  readonly #server: Server;
  readonly #seen: SeenRequest[];
  readonly #lifetime: NodeJS.Timeout;

  private constructor(server: Server, seen: SeenRequest[], port: number, lifetimeMs: number) {
    this.#server = server;
    this.#seen = seen;
    this.baseUrl = `http://127.0.0.1:${String(port)}/v1`;
    this.#lifetime = setTimeout(() => void this.close(), lifetimeMs).unref();
  }

  static async start(script: ModelScript, lifetimeMs = 60_000): Promise<ModelServer> {
    const seen: SeenRequest[] = [];
    const server = createServer((request, response) => void answer(script, seen, request, response));
    server.on("connection", (socket) => socket.unref());
    const port = await new Promise<number>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
    server.unref();
    return new ModelServer(server, seen, port, lifetimeMs);
  }

  get requests(): readonly SeenRequest[] {
    return this.#seen;
  }

  async close(): Promise<void> {
    clearTimeout(this.#lifetime);
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** For each role its replies in order; the last one repeats. A role without replies is refused with 404. */
export function byRole(replies: Readonly<Record<string, readonly ModelReply[]>>): ModelScript {
  return ({ role, turn }) =>
    replies[role]?.[turn] ??
    replies[role]?.at(-1) ?? { kind: "status", status: 404, body: { error: { message: `no ${role}` } } };
}

/** The same script behind a server that does not know some forms of `response_format`. */
export function refusingFormats(formats: readonly SeenRequest["format"][], script: ModelScript): ModelScript {
  return (request) =>
    formats.includes(request.format)
      ? {
          kind: "status",
          status: 400,
          body: { error: { message: `response_format ${request.format} is not supported` } },
        }
      : script(request);
}

async function answer(
  script: ModelScript,
  seen: SeenRequest[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.on("error", () => response.destroy());
  if (request.url !== "/v1/chat/completions") {
    sendReply(
      response,
      { kind: "status", status: 404, body: { error: { message: `nothing at ${request.url ?? ""}` } } },
      "",
    );
    return;
  }
  const body = parseStrict(await text(request));
  if (!isJsonObject(body)) throw new TypeError("the adapter sent no object");
  const role = String(request.headers["x-writ-role"] ?? "");
  const heard: SeenRequest = {
    role,
    turn: seen.filter((each) => each.role === role).length,
    messages: messagesOf(body["messages"]),
    format: formatOf(body["response_format"]),
    authorization: request.headers.authorization ?? null,
    traceparent: request.headers["traceparent"]?.toString() ?? null,
    headers: Object.keys(request.headers),
    body,
  };
  seen.push(heard);
  sendReply(response, script(heard), typeof body["model"] === "string" ? body["model"] : "");
}

function messagesOf(value: Json | undefined): SeenRequest["messages"] {
  if (!isJsonArray(value)) return [];
  return value.filter(isJsonObject).map((each) => ({
    role: String(each["role"]),
    content: typeof each["content"] === "string" ? each["content"] : "",
  }));
}

function formatOf(value: Json | undefined): SeenRequest["format"] {
  const type = isJsonObject(value) ? value["type"] : undefined;
  return type === "json_schema" || type === "json_object" ? type : "none";
}

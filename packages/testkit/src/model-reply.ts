import type { ServerResponse } from "node:http";

import type { Json, JsonObject } from "@writ/core";

/** What a scripted endpoint does with one request. */
export type ModelReply =
  | {
      readonly kind: "says";
      readonly text: string;
      /** `omitted` leaves usage, id and model out, as some local servers do. */
      readonly usage?: { readonly input: number; readonly output: number } | "omitted";
      readonly finish?: string;
    }
  | { readonly kind: "slow"; readonly afterMs: number; readonly reply: ModelReply }
  /** Takes the request and never says a word. */
  | { readonly kind: "silent" }
  /** A status with a JSON body of one's own, such as an error object. */
  | { readonly kind: "status"; readonly status: number; readonly body: Json }
  /** A 200 whose body is these bytes, whatever they are. */
  | { readonly kind: "raw"; readonly body: string }
  /** Announces a whole answer and hangs up in the middle of it. */
  | { readonly kind: "truncated" }
  /** An answer that goes on for so many bytes. */
  | { readonly kind: "huge"; readonly bytes: number }
  | { readonly kind: "redirect"; readonly to: string };

const CHUNK = "x".repeat(65_536);

export function sendReply(response: ServerResponse, reply: ModelReply, model: string): void {
  switch (reply.kind) {
    case "says":
      sendJson(response, 200, completion(reply, model));
      return;
    case "slow": {
      const timer = setTimeout(() => sendReply(response, reply.reply, model), reply.afterMs).unref();
      response.once("close", () => clearTimeout(timer));
      return;
    }
    case "silent":
      return;
    case "status":
      sendJson(response, reply.status, reply.body);
      return;
    case "raw":
      response.writeHead(200, { "content-type": "application/json" }).end(reply.body);
      return;
    case "truncated":
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write('{"choices":[{"message":{"content":"half', () => response.destroy());
      return;
    case "huge":
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"choices":[{"message":{"content":"');
      pour(response, reply.bytes);
      return;
    case "redirect":
      response.writeHead(307, { location: reply.to }).end();
  }
}

function completion(reply: Extract<ModelReply, { kind: "says" }>, model: string): JsonObject {
  const choices = [
    { index: 0, finish_reason: reply.finish ?? "stop", message: { role: "assistant", content: reply.text } },
  ];
  if (reply.usage === "omitted") return { choices };
  const { input, output } = reply.usage ?? { input: 10, output: 5 };
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 0,
    model,
    choices,
    usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
  };
}

function sendJson(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Writes as fast as the reader takes it, and stops when the reader hangs up. */
function pour(response: ServerResponse, rest: number): void {
  if (response.destroyed) return;
  if (rest <= 0) {
    response.end('"}}]}');
    return;
  }
  if (response.write(CHUNK)) setImmediate(() => pour(response, rest - CHUNK.length));
  else response.once("drain", () => pour(response, rest - CHUNK.length));
}

import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { isJsonObject, parseStrict } from "@writ/core";
import type { GivenAnswer } from "@writ/runtime";
import type { Operation } from "../contract/operations.ts";
import type { Reply } from "./call.ts";
import type { Caller } from "./caller.ts";
import { EventStream } from "./event-stream.ts";
import { personOf } from "./person.ts";
import { faultOf } from "./problem.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";
import type { ServerContext, Serving } from "./serving.ts";

const JSON_MEDIA = "application/json; charset=utf-8";
const STREAM_MEDIA = "text/event-stream; charset=utf-8";

/** An answer that was given before, or is given under a name. */
export type Given = { readonly kind: "given"; readonly isReplay: boolean } & GivenAnswer;

/** A reply as it leaves. */
export async function respond(
  serving: Serving,
  operation: Operation,
  reply: Reply | Given,
  caller: Caller | null,
  c: ServerContext,
): Promise<Response> {
  c.header("cache-control", operation.polled === true ? "private, no-cache" : "no-store");
  if (operation.media !== undefined) c.header("vary", "accept");
  switch (reply.kind) {
    case "json": {
      for (const [name, value] of Object.entries(reply.headers ?? {})) c.header(name, value);
      return told(serving, operation, JSON.stringify(reply.body), c);
    }
    case "given": {
      if (reply.isReplay) c.header("idempotency-replayed", "true");
      return told(serving, operation, reply.body, c);
    }
    case "bytes": {
      for (const [name, value] of Object.entries(reply.headers ?? {})) c.header(name, value);
      c.header("content-type", reply.media);
      return c.body(typeof reply.bytes === "string" ? reply.bytes : Uint8Array.from(reply.bytes), operation.status);
    }
    case "nothing":
      return c.body(null, 204);
    case "stream": {
      if (c.req.method !== "HEAD") return streamed(serving, reply, caller, c);
      // Whoever asks for the head alone would wait for what never comes, in the place of a reader.
      c.header("content-type", STREAM_MEDIA);
      return c.body(null, 200);
    }
  }
}

/** The task that an answer is about. */
export function idOf({ body }: Pick<GivenAnswer, "body">): string {
  const value = parseStrict(body);
  return isJsonObject(value) ? String(value["id"]) : "";
}

function told({ ports }: Serving, { polled, status }: Operation, body: string, c: ServerContext): Response {
  if (status !== 200) c.header("location", `/tasks/${idOf({ body })}`);
  if (polled === true) {
    const tag = `"${ports.hash.sha256Hex(body).slice(0, 32)}"`;
    c.header("etag", tag);
    if (isKnown(c.req.header("if-none-match"), tag)) return c.body(null, 304);
  }
  c.header("content-type", JSON_MEDIA);
  return c.body(body, status);
}

function isKnown(known: string | undefined, tag: string): boolean {
  return (known ?? "").split(",").some((each) => each.trim().replace(/^W\//, "") === tag);
}

/** Entries go straight to the socket: what it does not take is not held here. */
function streamed(
  { ports, places, streams }: Serving,
  { wish }: Extract<Reply, { readonly kind: "stream" }>,
  caller: Caller | null,
  c: ServerContext,
): Response {
  const { tokenId } = personOf({ principal: caller?.principal ?? null });
  const release = places.take(tokenId);
  const { outgoing } = c.env;
  outgoing.writeHead(200, {
    ...SECURITY_HEADERS,
    "cache-control": "no-store",
    "content-type": STREAM_MEDIA,
    "x-request-id": c.get("requestId"),
  });
  outgoing.flushHeaders();
  const stillMay = (): Promise<boolean> => ports.access.stillHolds(tokenId);
  const stream = new EventStream({ hub: ports.events, clock: ports.clock, stillMay }, outgoing, wish);
  streams.add(stream);
  const ended = (): void => {
    release();
    streams.delete(stream);
  };
  stream.send().then(ended, (error: unknown) => {
    ended();
    outgoing.destroy();
    ports.log.write("error", "fault", faultOf(c.get("requestId"), error));
  });
  return RESPONSE_ALREADY_SENT;
}

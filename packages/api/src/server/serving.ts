import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { EventStream } from "./event-stream.ts";
import type { Idempotency } from "./idempotency.ts";
import type { ServerPorts } from "./ports.ts";
import type { StreamPlaces } from "./stream-places.ts";

/** What one server keeps while it runs. */
export interface Serving {
  readonly ports: ServerPorts;
  readonly idempotency: Idempotency;
  readonly places: StreamPlaces;
  /** Streams that are open: they end when the server does. */
  readonly streams: Set<EventStream>;
}

export interface ServerEnv {
  readonly Bindings: HttpBindings;
  readonly Variables: {
    /** Names the request in answers and in the log. */
    requestId: string;
    tokenId: string | null;
    /** The error it was answered with. */
    code: string | null;
    /** The operation's path. */
    route: string;
  };
}

export type ServerContext = Context<ServerEnv>;

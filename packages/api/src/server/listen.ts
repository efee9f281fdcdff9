import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { OrchestratorError } from "@writ/core";
import { createApp } from "./app.ts";
import { refusalOf } from "./guard.ts";
import { Idempotency } from "./idempotency.ts";
import type { ServerPorts } from "./ports.ts";
import { endMalformed, refuseEarly, unexpected } from "./refuse-early.ts";
import type { Serving } from "./serving.ts";
import { StreamPlaces } from "./stream-places.ts";

/** Where a server is to be had. */
export interface ListenWish {
  /** An address of the machine itself. */
  readonly address: "127.0.0.1" | "::1";
  /** 0 for any that is free. */
  readonly port: number;
}

export interface Listening {
  /** Such as `http://127.0.0.1:4400`. */
  readonly url: string;
  readonly port: number;
  /** Lets requests under way end for a moment, then ends all that is open. */
  close(): Promise<void>;
}

/** Patience with those who send slowly, in milliseconds. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
const KEEP_ALIVE_MS = 5_000;
const CHECK_MS = 1_000;
const HEADER_BYTES = 16_384;
const MOST_CONNECTIONS = 4_096;
/** How long requests may take to end when the server does. */
const CLOSING_MS = 3_000;

/** @throws OrchestratorError `port_taken` */
export async function listen(ports: ServerPorts, { address, port }: ListenWish): Promise<Listening> {
  const serving: Serving = {
    ports,
    idempotency: new Idempotency(ports.desk.store.doors.answers, ports.clock, ports.hash),
    places: new StreamPlaces(),
    streams: new Set(),
  };
  const app = createApp(serving);
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const hosts = new Set<string>();
  const server = createServer(
    {
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: CHECK_MS,
      maxHeaderSize: HEADER_BYTES,
      insecureHTTPParser: false,
      joinDuplicateHeaders: false,
    },
    (request, response) => void admitted(request, response),
  );
  const busy = new WeakSet<object>();
  async function admitted(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    // A second request before the first is answered is what smuggled ones look like; no client of ours sends one.
    if (busy.has(socket)) return void socket.destroy();
    busy.add(socket);
    response.once("close", () => busy.delete(socket));
    const refusal = refusalOf(request, hosts);
    if (refusal !== null) return refuseEarly(ports, request, response, refusal);
    await answer(request, response);
  }
  server.maxConnections = MOST_CONNECTIONS;
  // In the middle of an answer, a line of ours would be read as part of it.
  const malformed = (socket: Duplex): unknown => (busy.has(socket) ? socket.destroy() : endMalformed(socket));
  server.on("clientError", (_error, socket) => malformed(socket));
  server.on("upgrade", (_request, socket) => malformed(socket));
  server.on("connect", (_request, socket) => malformed(socket));
  server.on("checkExpectation", (request, response) =>
    refuseEarly(ports, request, response, refusalOf(request, hosts) ?? unexpected()),
  );
  const bound = await bind(server, address, port);
  const name = address === "::1" ? "[::1]" : address;
  for (const host of [name, "localhost"]) hosts.add(`${host}:${bound}`);
  return { url: `http://${name}:${bound}`, port: bound, close: () => close(server, serving) };
}

async function bind(server: Server, address: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host: address, port, exclusive: true }, resolve);
  try {
    await promise;
  } catch (error) {
    throw new OrchestratorError(
      "port_taken",
      `port ${port} of ${address} cannot be had; take another: writ serve --port 0`,
      { cause: error },
    );
  }
  const found: AddressInfo | string | null = server.address();
  return typeof found === "object" && found !== null ? found.port : port;
}

async function close(server: Server, { streams, ports }: Serving): Promise<void> {
  for (const stream of streams) stream.end();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSING_MS);
  await promise;
  clearTimeout(timer);
  ports.events.close();
}

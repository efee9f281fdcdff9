import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { epochMs, mintId, OrchestratorError } from "@writ/core";
import type { ServerPorts } from "./ports.ts";
import { problemHeaders, problemOf } from "./problem.ts";
import { logRequest } from "./request-line.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

/** Answers what is refused before it is understood, in the form of every other refusal, and ends the connection. */
export function refuseEarly(
  { clock, entropy, log }: Pick<ServerPorts, "clock" | "entropy" | "log">,
  request: IncomingMessage,
  response: ServerResponse,
  error: OrchestratorError,
): void {
  const requestId = mintId("request", epochMs(clock.now()), entropy.bytes(10));
  const problem = problemOf(error, requestId);
  const { status, code } = problem;
  const headers = { ...SECURITY_HEADERS, ...problemHeaders(problem), "x-request-id": requestId, connection: "close" };
  response.writeHead(status, headers);
  response.end(request.method === "HEAD" ? undefined : JSON.stringify(problem));
  const method = (request.method ?? "").slice(0, 20);
  logRequest(log, { method, route: "*", status, ms: 0, request_id: requestId, token_id: null, code });
}

/** Of a request that wants something done first, with `Expect`. */
export function unexpected(): OrchestratorError {
  return new OrchestratorError(
    "request_invalid",
    "nothing is promised here before a request is sent; leave out Expect",
  );
}

const MALFORMED = [
  "HTTP/1.1 400 Bad Request",
  ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
  "cache-control: no-store",
  "connection: close",
  "content-length: 0",
].join("\r\n");

/** What is no HTTP that is served here gets one answer without a word, and no connection. */
export function endMalformed(socket: Duplex): void {
  if (socket.writable) socket.end(`${MALFORMED}\r\n\r\n`);
  else socket.destroy();
}

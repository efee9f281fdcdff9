import { epochMs, mintId, OrchestratorError } from "@writ/core";
import { Hono } from "hono";
import { names } from "../contract/openapi.ts";
import { OPERATIONS } from "../contract/operations.ts";
import { perform } from "./perform.ts";
import type { ServerPorts } from "./ports.ts";
import { faultOf, problemHeaders, problemOf } from "./problem.ts";
import { logRequest } from "./request-line.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";
import type { ServerContext, ServerEnv, Serving } from "./serving.ts";
import { isPlace, PAGE } from "./static-files.ts";

const STATUSES = [400, 401, 403, 404, 405, 406, 409, 413, 415, 421, 422, 429, 500, 502, 503, 504, 507] as const;

/** Every operation of the table over HTTP, and the files of the dashboard. */
export function createApp(serving: Serving): Hono<ServerEnv> {
  const { ports } = serving;
  const app = new Hono<ServerEnv>();
  app.use("*", (c, next) => observed(ports, c, next));
  app.get("*", async (c, next) => served(ports, c) ?? (await next()));
  for (const name of names()) {
    const { method, path } = OPERATIONS[name];
    app.on(method.toUpperCase(), honoPath(path), (c) => perform(serving, name, c));
  }
  app.notFound((c) => refused(ports, unknownRoute(c), c));
  app.onError((error, c) => refused(ports, error, c));
  return app;
}

/** `/tasks/{id}` as `/tasks/:id`. */
function honoPath(path: string): string {
  return path.replaceAll(/\{([a-z0-9_]+)\}/g, ":$1");
}

async function observed(
  { clock, entropy, log }: ServerPorts,
  c: ServerContext,
  next: () => Promise<void>,
): Promise<void> {
  const began = clock.now();
  c.set("requestId", mintId("request", epochMs(began), entropy.bytes(10)));
  c.set("tokenId", null);
  c.set("code", null);
  c.set("route", "*");
  await next();
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value);
  c.header("x-request-id", c.get("requestId"));
  logRequest(log, {
    method: c.req.method,
    route: c.get("route"),
    status: c.res.status,
    ms: clock.now() - began,
    request_id: c.get("requestId"),
    token_id: c.get("tokenId"),
    code: c.get("code"),
  });
}

/** The dashboard's page and its parts; null where the path is none of them. */
function served({ files }: ServerPorts, c: ServerContext): Response | null {
  const file = files.get(isPlace(c.req.path, c.req.header("accept")) ? PAGE : c.req.path);
  if (file === undefined) return null;
  c.header("cache-control", file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache");
  c.header("content-type", file.media);
  c.header("vary", "accept");
  return c.body(Uint8Array.from(file.bytes));
}

function unknownRoute(c: ServerContext): OrchestratorError {
  const allowed = names()
    .map((name) => OPERATIONS[name])
    .filter(({ path }) => new RegExp(`^${path.replaceAll(/\{[a-z0-9_]+\}/g, "[^/]+")}$`).test(c.req.path));
  if (allowed.length === 0)
    return new OrchestratorError("route_not_found", "nothing is served here; see what is in: GET /openapi.json");
  const methods = allowed.map(({ method }) => method.toUpperCase()).join(", ");
  return new OrchestratorError("method_not_allowed", `this is asked for by ${methods}; see: GET /openapi.json`, {
    details: { allow: methods },
  });
}

function refused({ log }: ServerPorts, error: unknown, c: ServerContext): Response {
  const requestId = c.get("requestId");
  const problem = problemOf(error, requestId);
  if (problem.status >= 500) log.write("error", "fault", faultOf(requestId, error));
  c.set("code", problem.code);
  for (const [name, value] of Object.entries(problemHeaders(problem))) c.header(name, value);
  return c.body(JSON.stringify(problem), STATUSES.find((status) => status === problem.status) ?? 500);
}

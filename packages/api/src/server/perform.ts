import { canonicalJson, OrchestratorError, parseTraceparent, plainJson } from "@writ/core";
import { assertMay } from "@writ/runtime";
import { OPERATIONS, type Operation, type OperationName } from "../contract/operations.ts";
import { readBody } from "./body.ts";
import type { Call, Handler } from "./call.ts";
import { callerOf, type Caller } from "./caller.ts";
import { HANDLERS } from "./handlers.ts";
import { knownRun } from "./known-run.ts";
import { negotiated } from "./negotiate.ts";
import { readPart } from "./operation-input.ts";
import type { ServerPorts } from "./ports.ts";
import { idOf, respond } from "./respond.ts";
import { taskStream } from "./routes/events.ts";
import type { ServerContext, Serving } from "./serving.ts";
import { recoveredAnswer, traceIn, traceOf } from "./trace.ts";

/** All who come without a token that holds share one allowance. */
const ANYBODY = "anybody";
const JSON_MEDIA = "application/json";

/** One request of one operation: who asks, may they, is it in its form; then its handler, once; then the answer. */
export async function perform<N extends OperationName>(
  serving: Serving,
  name: N,
  c: ServerContext,
  handler: Handler<N> = HANDLERS[name],
): Promise<Response> {
  const { ports, idempotency } = serving;
  const operation: Operation = OPERATIONS[name];
  c.set("route", operation.path);
  const caller = operation.access === "public" ? null : await recognised(ports, operation, c);
  ports.allowances.take(caller?.principal.tokenId ?? ANYBODY);
  if (caller !== null && operation.access !== "public") assertMay(caller.principal, operation.access);
  const call = await understood(ports, name, operation, caller, c);
  const key = operation.method === "post" ? c.req.header("idempotency-key") : undefined;
  // What a login gives out is a secret, and is kept nowhere.
  if (key === undefined || caller === null || operation.tag === "service")
    return respond(serving, operation, await handler(call, ports), caller, c);
  const { principal } = caller;
  const { answer, isReplay } = await idempotency.once(
    {
      tokenId: principal.tokenId,
      key,
      method: c.req.method,
      path: c.req.path,
      body: canonicalJson(plainJson(call.body ?? {})),
    },
    JSON.stringify(call.trace),
    (trace) => recoveredAnswer(name, traceIn(trace), principal, ports),
    async (trace) => {
      const reply = await handler({ ...call, media: JSON_MEDIA, trace: traceIn(trace) }, ports);
      return { status: operation.status, body: JSON.stringify(reply.kind === "json" ? reply.body : {}) };
    },
  );
  if (call.media === JSON_MEDIA) return respond(serving, operation, { kind: "given", ...answer, isReplay }, caller, c);
  const stream = await taskStream(ports, await knownRun(ports.desk, idOf(answer)), call.lastEventId ?? -1);
  return respond(serving, operation, stream, caller, c);
}

/** Who asks; whoever cannot say so counts among those that nobody knows. */
async function recognised(
  { access, hash, allowances }: ServerPorts,
  { method }: Operation,
  c: ServerContext,
): Promise<Caller> {
  try {
    const caller = await callerOf({ access, hash }, method.toUpperCase(), {
      authorization: c.req.header("authorization"),
      cookie: c.req.header("cookie"),
      csrf: c.req.header("x-writ-csrf"),
    });
    c.set("tokenId", caller.principal.tokenId);
    return caller;
  } catch (error) {
    if (error instanceof OrchestratorError) allowances.take(ANYBODY);
    throw error;
  }
}

async function understood<N extends OperationName>(
  ports: ServerPorts,
  name: N,
  { method, media }: Operation,
  caller: Caller | null,
  c: ServerContext,
): Promise<Call<N>> {
  const params = readPart(name, "params", c.req.param());
  return {
    params,
    query: readPart(name, "query", queryOf(c)),
    body: readPart(name, "body", method === "post" ? await readBody(c.req.raw.body) : {}),
    principal: caller?.principal ?? null,
    credential: caller?.credential ?? null,
    media: negotiated(c.req.header("accept"), media ?? [JSON_MEDIA]),
    lastEventId: eventIdOf(c.req.header("last-event-id")),
    traceParent: parseTraceparent(c.req.header("traceparent") ?? ""),
    trace: await traceOf(name, params, ports),
  };
}

/** A name that is there several times is a list. */
function queryOf(c: ServerContext): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(c.req.queries()).map(([name, values]) => [name, values.length === 1 ? (values[0] ?? "") : values]),
  );
}

/** A position that is none would let a reader go on somewhere else, and miss what lies between. */
function eventIdOf(header: string | undefined): number | null {
  if (header === undefined || header === "") return null;
  if (/^\d{1,15}$/.test(header)) return Number(header);
  throw new OrchestratorError(
    "cursor_malformed",
    "Last-Event-ID is no position of the log; leave it out, or say where to go on with ?after=",
  );
}

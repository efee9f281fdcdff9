import { createHash, randomBytes } from "node:crypto";

import { pathOf, type Request } from "@writ/api/client/client";
import type { Answer } from "@writ/api/contract/forms";
import { OPERATIONS, type OperationName } from "@writ/api/contract/operations";
import type { ProblemDocument } from "@writ/api/contract/problem";
import { isJsonArray, mintId, parseJson, type Json, type JsonObject, type PrincipalKind, type Role } from "@writ/core";
import type { Log } from "@writ/runtime";

import { accessOf } from "../compose-owner.ts";
import { serve, type Serving } from "../compose-serve.ts";
import { systemClockOf } from "../compose.ts";
import { heldAnswer } from "./http-contract.ts";
import { exchange, type Received, type Sent } from "./http-exchange.ts";
import type { Workspace } from "./workspace.ts";

/** Whose token a request carries; null for none. */
export type Who = Role | "agent" | null;

/** How a call differs from a plain one by an administrator. */
export interface CallOver {
  readonly as?: Who;
  readonly accept?: string;
  readonly headers?: Sent["headers"];
}

/** A real server over a real workspace, in this process, that holds every answer it gives against the contract. */
export class Served implements AsyncDisposable {
  readonly work: Workspace;
  /** What stands in the server's log. */
  readonly lines: JsonObject[] = [];
  /** Faults of the server itself; looked at when it ends. */
  readonly faults: unknown[] = [];
  readonly #tokens = new Map<string, string>();
  #serving: Serving | null = null;

  constructor(work: Workspace) {
    this.work = work;
  }

  static async over(work: Workspace): Promise<Served> {
    const made = new Served(work);
    await made.start(0);
    return made;
  }

  async start(port: number): Promise<void> {
    const log: Log = {
      write: (_level, message, fields) => {
        if (message === "http") this.lines.push(fields);
        else this.faults.push(fields["error"]);
      },
    };
    const desk = await this.work.desk();
    this.#serving = await serve(this.work.world, desk, { address: "127.0.0.1", port }, log);
  }

  /** Ends the server and its process's hold on the workspace, and starts both again on the same port. */
  async restart(): Promise<void> {
    const { port } = this.serving;
    await this.serving.close();
    await this.work.close();
    await this.start(port);
  }

  get serving(): Serving {
    if (this.#serving === null) throw new TypeError("nothing is served");
    return this.#serving;
  }

  get port(): number {
    return this.serving.port;
  }

  async access(): Promise<ReturnType<typeof accessOf>> {
    return accessOf((await this.work.desk()).store);
  }

  /** A token that is made when it is first asked for. */
  async token(who: Exclude<Who, null>): Promise<string> {
    const known = this.#tokens.get(who);
    if (known !== undefined) return known;
    const [role, kind] = who === "agent" ? (["operator", "agent"] as const) : ([who, "user"] as const);
    const { token } = await (await this.access()).create({ role, kind, user: "mira", label: null, ttlMs: null });
    this.#tokens.set(who, token);
    return token;
  }

  /** A token of any role and kind, those that are never made included: as if somebody wrote it into the database. */
  async planted(role: Role, kind: PrincipalKind): Promise<string> {
    const key = `${kind} ${role}`;
    const known = this.#tokens.get(key);
    if (known !== undefined) return known;
    const now = systemClockOf().now();
    const id = mintId("token", now, randomBytes(10));
    const secret = randomBytes(32).toString("base64url");
    const secret_hash = createHash("sha256").update(secret).digest("hex");
    const row = { token_id: id, secret_hash, role, kind, user_id: "mira", label: null, login_of: null };
    const times = { created_at_ms: now, expires_at_ms: null, revoked_at_ms: null };
    await (await this.work.desk()).store.doors.tokens.put({ ...row, ...times });
    const token = `writ_${id.slice("tok_".length)}_${secret}`;
    this.#tokens.set(key, token);
    return token;
  }

  /** A request as it is written, by whom is said in it; its answer is held against nothing. */
  async exchange(method: string, path: string, sent: Sent = {}): Promise<Received> {
    return exchange(this.port, method, path, sent);
  }

  /** One operation, with a token; its answer is held against the contract. */
  async call<N extends OperationName>(name: N, request: Request<N>, over: CallOver = {}): Promise<Received> {
    return this.asked(name, pathOf(name, request), sentOf(request, over));
  }

  /** The same by its path, whatever stands in it. */
  async asked(name: OperationName, path: string, over: CallOver & Sent = {}): Promise<Received> {
    const { as = "admin", accept, headers, ...sent } = over;
    const authorization = as === null ? {} : { authorization: `Bearer ${await this.token(as)}` };
    const received = await this.exchange(OPERATIONS[name].method.toUpperCase(), path, {
      ...sent,
      headers: { accept: accept ?? "application/json, */*;q=0.1", ...authorization, ...headers },
    });
    heldAnswer(name, received);
    return received;
  }

  /** What a call that succeeds says. */
  done<N extends OperationName>(name: N, request: Request<N>, over?: CallOver): Promise<Answer<N>>;
  // The document's schema held it, and that is made of the form that types it.
  async done(name: OperationName, request: AnyRequest, over: CallOver = {}): Promise<unknown> {
    const received = await this.asked(name, pathOf(name, request), sentOf(request, over));
    if (received.status >= 300) throw new TypeError(`${name} is answered ${received.status}: ${received.text}`);
    return received.json();
  }

  /** What a call that is refused says. */
  async refused<N extends OperationName>(name: N, request: Request<N>, over: CallOver = {}): Promise<ProblemDocument> {
    const received = await this.call(name, request, over);
    if (received.status < 400) throw new TypeError(`${name} is not refused: ${received.status}`);
    return received.problem();
  }

  /** Everything of the workspace that a refusal must leave as it is. */
  async extent(): Promise<Json> {
    const { store } = await this.work.desk();
    const views = await store.views.runs({ statuses: [], before: null, limit: 1_000 });
    const approvals = await store.views.approvals({ statuses: [], run: null, limit: 1_000 });
    const { size } = await store.audit.head();
    return listOf(parseJson(JSON.stringify([size, views, approvals])));
  }

  async close(): Promise<void> {
    const serving = this.#serving;
    this.#serving = null;
    await serving?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    await this.work[Symbol.asyncDispose]();
    if (this.faults.length > 0) throw new AggregateError(this.faults, "the server met faults of its own");
  }
}

interface AnyRequest {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
}

function sentOf({ body, idempotencyKey }: AnyRequest, { headers, ...over }: CallOver): Sent & CallOver {
  const key = idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey };
  const told = body === undefined ? {} : { body: JSON.stringify(body) };
  return { ...over, ...told, headers: { ...key, ...headers } };
}

function listOf(value: Json): readonly Json[] {
  return isJsonArray(value) ? value : [];
}

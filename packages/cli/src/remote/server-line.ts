import { setTimeout as sleep } from "node:timers/promises";
import { ApiProblem, Client, type Request, type Transport } from "@writ/api/client/client";
import { FORMS, type Answer, type Form } from "@writ/api/contract/forms";
import { OPERATIONS, type OperationName } from "@writ/api/contract/operations";
import { durationMs, toHex } from "@writ/core";
import type { Clock, Entropy } from "@writ/runtime";
import { errorOf, notOurs, unreachable } from "./server-problem.ts";

/** How long a server that answered before may be gone: long enough to be started again. */
const PATIENCE = durationMs(60_000);
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const SECOND_MS = 1_000;
/** What is over by itself in a moment. */
const PASSING = new Set(["rate_limited", "streams_exhausted", "idempotency_in_flight"]);

export interface LinePorts {
  /** Without a slash at its end. */
  readonly server: string;
  readonly token: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly warn: (sentence: string) => void;
}

/**
 * Requests to one server, each carried out once: what gets no answer is asked again, a POST under the same
 * Idempotency-Key, for as long as a restart takes. Only the first request of all is given up at once.
 */
export class ServerLine {
  readonly #ports: LinePorts;
  readonly #client: Client;
  readonly #gone = new AbortController();
  #hasAnswered = false;
  #isWarned = false;

  constructor(ports: LinePorts) {
    this.#ports = ports;
    const transport: Transport = {
      base: ports.server,
      headers: () => ({ authorization: `Bearer ${ports.token}` }),
      fetch: (url, init) => ports.fetch(url, { ...init, redirect: "error" }),
    };
    this.#client = new Client(transport);
  }

  get server(): string {
    return this.#ports.server;
  }

  /** @throws OrchestratorError `server_unreachable`, `server_answer_invalid`, and whatever the server refuses */
  async call<N extends OperationName>(name: N, request: Request<N>): Promise<Answer<N>> {
    const key = OPERATIONS[name].method === "post" ? { idempotencyKey: toHex(this.#ports.entropy.bytes(16)) } : {};
    const answer = await this.#answered(() => this.#client.call(name, { ...request, ...key }));
    this.#assertForm(name, answer);
    return answer;
  }

  bytes<N extends OperationName>(name: N, request: Request<N>, media: string): Promise<Uint8Array> {
    return this.#answered(() => this.#client.bytes(name, request, media));
  }

  text<N extends OperationName>(name: N, request: Request<N>, media: string): Promise<string> {
    return this.#answered(() => this.#client.text(name, request, media));
  }

  /** Events from now on, or from behind the position a reader has. @throws whatever `fetch` does where nobody answers */
  async events(after: string | null, signal: AbortSignal): Promise<ReadableStream<Uint8Array> | null> {
    const { server, token } = this.#ports;
    const response = await this.#ports.fetch(`${server}${OPERATIONS.list_events.path}`, {
      headers: {
        accept: "text/event-stream",
        authorization: `Bearer ${token}`,
        ...(after === null ? {} : { "last-event-id": after }),
      },
      redirect: "error",
      signal,
    });
    return response.ok ? response.body : null;
  }

  /** Nobody waits any more: what gets no answer now is given up. */
  leave(): void {
    this.#gone.abort();
  }

  get isLeft(): boolean {
    return this.#gone.signal.aborted;
  }

  /** Resolves after so many milliseconds, or when nobody waits any more. Keeps the process alive. */
  async pause(ms: number): Promise<void> {
    try {
      await sleep(ms, undefined, { signal: this.#gone.signal });
    } catch (error) {
      if (!this.isLeft) throw error;
    }
  }

  async #answered<T>(ask: () => Promise<T>): Promise<T> {
    const { clock } = this.#ports;
    const until = clock.now() + PATIENCE;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        const answer = await ask();
        this.#hasAnswered = true;
        this.#isWarned = false;
        return answer;
      } catch (error) {
        const wait = this.#waitAfter(error, pause);
        if (wait === null || this.isLeft || clock.now() + wait > until) throw this.#told(error);
        await this.pause(wait);
      }
    }
  }

  /** Milliseconds until it is worth asking again; null where it is not. */
  #waitAfter(error: unknown, pause: number): number | null {
    if (error instanceof ApiProblem) {
      this.#hasAnswered = true;
      const { code, details } = error.problem;
      if (!PASSING.has(code)) return null;
      return Number(details["retry_after_s"] ?? 1) * SECOND_MS;
    }
    if (!(error instanceof TypeError) || !this.#hasAnswered) return null;
    if (!this.#isWarned) this.#ports.warn(`${this.server} does not answer; asking again for a minute`);
    this.#isWarned = true;
    return pause;
  }

  #told(error: unknown): unknown {
    if (error instanceof ApiProblem) return errorOf(this.server, error.problem);
    // What `fetch` throws where nobody answers, or somebody stops in the middle.
    if (error instanceof TypeError) return unreachable(this.server, error);
    if (error instanceof SyntaxError) return notOurs(this.server, "its answer is no JSON", error);
    return error;
  }

  #assertForm(name: OperationName, answer: unknown): void {
    const form: Form = FORMS[name];
    const parsed = form.answer?.safeParse(answer);
    if (parsed === undefined || parsed.success) return;
    const [issue] = parsed.error.issues;
    throw notOurs(this.server, `${name} answers ${issue?.path.join("/") ?? ""} in another form`, parsed.error);
  }
}

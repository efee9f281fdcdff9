import type { Answer, Given } from "../contract/forms.ts";
import { OPERATIONS, type OperationName } from "../contract/operations.ts";
import type { ProblemDocument } from "../contract/problem.ts";

/** How requests leave: what a browser and Node have alike. */
export interface Transport {
  /** Without a slash at its end; empty for the page's own origin. */
  readonly base: string;
  /** Sent with each request: a token, or a browser's proof that its own page asks. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly fetch: (url: string, init: RequestShape) => Promise<ResponseShape>;
}

export interface RequestShape {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface ResponseShape {
  readonly ok: boolean;
  readonly status: number;
  json(): Promise<unknown>;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

type Part<N extends OperationName, K extends "params" | "query" | "body"> =
  Given<N, K> extends undefined ? { readonly [P in K]?: undefined } : { readonly [P in K]: Given<N, K> };

/** What a call takes: the parts its operation has. */
export type Request<N extends OperationName> = Part<N, "params"> &
  Partial<Part<N, "query">> &
  Part<N, "body"> & { readonly idempotencyKey?: string; readonly signal?: AbortSignal };

/** An answer that is a problem, as the server says it. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly problem: ProblemDocument;

  constructor(problem: ProblemDocument) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Calls operations by name; what goes in and comes out is typed by their forms. */
export class Client {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** @throws ApiProblem for what the server refuses; whatever `fetch` throws where nobody answers */
  call<N extends OperationName>(name: N, request: Request<N>): Promise<Answer<N>>;
  // What the server answers is held against the very form that types it in the tests of the server.
  async call(name: OperationName, request: Sent): Promise<unknown> {
    const response = await this.#send(name, request, "application/json");
    return response.json();
  }

  /** The same for operations that answer with text. */
  async text<N extends OperationName>(name: N, request: Request<N>, media: string): Promise<string> {
    return (await this.#send(name, request, media)).text();
  }

  /** The same for operations that answer with a file. */
  async bytes<N extends OperationName>(name: N, request: Request<N>, media: string): Promise<Uint8Array> {
    return new Uint8Array(await (await this.#send(name, request, media)).arrayBuffer());
  }

  async #send(name: OperationName, request: Sent, media: string): Promise<ResponseShape> {
    const { method } = OPERATIONS[name];
    const { body, idempotencyKey, signal } = request;
    const response = await this.#transport.fetch(`${this.#transport.base}${pathOf(name, request)}`, {
      method: method.toUpperCase(),
      headers: {
        accept: `${media}, application/problem+json`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
        ...this.#transport.headers(),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (response.ok) return response;
    throw new ApiProblem(await problemOf(response));
  }
}

/** A request as it is sent, whatever its operation. */
interface Sent extends Parts {
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** Where an operation is asked for, with its query. @param parts objects of plain values */
export function pathOf(name: OperationName, { params, query }: Parts): string {
  const named = new Map(Object.entries(params ?? {}));
  const path = OPERATIONS[name].path.replaceAll(/\{([a-z0-9_]+)\}/g, (_all, part: string) =>
    encodeURIComponent(String(named.get(part))),
  );
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) search.append(key, String(one));
  }
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

export interface Parts {
  readonly params?: unknown;
  readonly query?: unknown;
}

/** Something between us and the server may answer in its own words. */
async function problemOf(response: ResponseShape): Promise<ProblemDocument> {
  const text = await response.text();
  try {
    const value: unknown = JSON.parse(text);
    if (isProblem(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return {
    type: "about:blank",
    title: "Unreadable answer",
    status: response.status,
    detail: `the server answered ${response.status} and nothing that can be read; try again`,
    instance: "",
    code: "answer_unreadable",
    retryable: true,
    next: [],
    details: {},
    problems: [],
  };
}

function isProblem(value: unknown): value is ProblemDocument {
  return typeof value === "object" && value !== null && "code" in value && "detail" in value && "status" in value;
}

import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";

import { event, gap } from "@writ/api/contract/event";
import { isJsonArray, isJsonObject, parseStrict, type JsonObject } from "@writ/core";

import type { Served, Who } from "./http.ts";

/** A range of positions that a stream left out. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

export interface ReaderWish {
  readonly as?: Exclude<Who, null>;
  readonly method?: "GET" | "POST";
  readonly body?: string;
  /** The last position it has. */
  readonly after?: number | null;
  readonly query?: string;
}

/** Somebody who reads a stream of events, at their own pace. */
export class EventReader implements AsyncDisposable {
  readonly positions: number[] = [];
  readonly events: JsonObject[] = [];
  readonly gaps: Gap[] = [];
  heartbeats = 0;
  /** Resolves when the stream is over, by whomever. */
  readonly ended: Promise<void>;
  readonly #response: IncomingMessage;
  readonly #request: ClientRequest;
  #rest = "";
  #wake: () => void = () => undefined;
  #isOver = false;

  private constructor(asked: ClientRequest, response: IncomingMessage) {
    this.#request = asked;
    this.#response = response;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    const end = (): void => {
      this.#isOver = true;
      this.#wake();
      resolve();
    };
    response.on("data", (part: Buffer) => this.#take(part.toString()));
    response.on("close", end);
    response.on("error", end);
    asked.on("error", end);
  }

  static async of(served: Served, path: string, { as = "admin", ...wish }: ReaderWish = {}): Promise<EventReader> {
    return EventReader.at(served.port, path, await served.token(as), wish);
  }

  /** @throws TypeError where no stream is answered */
  static async at(
    port: number,
    path: string,
    token: string,
    { method = "GET", body, after = null, query }: Omit<ReaderWish, "as">,
  ): Promise<EventReader> {
    const { promise, resolve, reject } = Promise.withResolvers<EventReader>();
    const headers = {
      accept: "text/event-stream",
      authorization: `Bearer ${token}`,
      ...(after === null ? {} : { "last-event-id": String(after) }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    const asked = httpRequest(
      { host: "127.0.0.1", port, path: query === undefined ? path : `${path}?${query}`, method, headers, agent: false },
      (response) => {
        const isStream = response.headers["content-type"]?.startsWith("text/event-stream") === true;
        if (response.statusCode === 200 && isStream) resolve(new EventReader(asked, response));
        else {
          asked.destroy();
          reject(new TypeError(`no stream: ${response.statusCode ?? 0}`));
        }
      },
    );
    asked.on("error", reject);
    asked.end(body);
    return promise;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The newest position that was told, or named as left out; -1 before any was. */
  get last(): number {
    return Math.max(this.positions.at(-1) ?? -1, this.gaps.at(-1)?.to ?? -1);
  }

  /** Of all facts that were told, in their order. */
  get types(): readonly string[] {
    return this.events.flatMap(({ data }) => {
      const facts = isJsonObject(data) ? data["facts"] : null;
      return isJsonArray(facts) ? facts.map((fact) => (isJsonObject(fact) ? String(fact["type"]) : "")) : [];
    });
  }

  /** Waits for something to have been told. @throws TypeError where the stream ends before */
  async until(holds: (reader: this) => boolean): Promise<void> {
    while (!holds(this)) {
      if (this.#isOver) throw new TypeError(`the stream ended at ${this.last}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Takes nothing more from its socket until it goes on. */
  pause(): void {
    this.#response.pause();
  }

  goOn(): void {
    this.#response.resume();
  }

  leave(): void {
    this.#request.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.leave();
    await this.ended;
  }

  #take(text: string): void {
    const messages = (this.#rest + text).split("\n\n");
    this.#rest = messages.pop() ?? "";
    for (const message of messages) this.#told(message);
    this.#wake();
  }

  #told(message: string): void {
    const lines = message.split("\n");
    if (lines.every((line) => line.startsWith(":"))) {
      this.heartbeats += 1;
      return;
    }
    const field = (name: string): string | undefined =>
      lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    const data = parseStrict(field("data") ?? "null");
    if (!isJsonObject(data)) throw new TypeError(`no event: ${message}`);
    const id = Number(field("id"));
    if (field("event") === "gap") {
      this.gaps.push(gap.parse(data));
      return;
    }
    if (data["id"] !== String(id)) throw new TypeError(`an event of another id: ${message}`);
    event.parse(data);
    this.positions.push(id);
    this.events.push(data);
  }
}

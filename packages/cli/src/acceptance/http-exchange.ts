import { request as httpRequest, type IncomingHttpHeaders } from "node:http";

import type { ProblemDocument } from "@writ/api/contract/problem";
import { isJsonObject, parseStrict, type Json } from "@writ/core";

/** What is sent beside method and path. */
export interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  /** As JSON unless a header says otherwise. */
  readonly body?: string | Uint8Array;
}

/** An answer as it came. */
export class Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;

  constructor(status: number, headers: IncomingHttpHeaders, bytes: Buffer) {
    this.status = status;
    this.headers = headers;
    this.bytes = bytes;
  }

  get text(): string {
    return this.bytes.toString();
  }

  get media(): string {
    return (this.headers["content-type"] ?? "").split(";")[0] ?? "";
  }

  json(): Json {
    return parseStrict(this.text);
  }

  problem(): ProblemDocument;
  // Held against the schema of problems by whoever asks for one.
  problem(): unknown {
    const value = this.json();
    if (this.media !== "application/problem+json" || !isJsonObject(value))
      throw new TypeError(`${this.status} is no problem: ${this.text}`);
    return value;
  }
}

/** One request on a connection of its own. A stream is left as soon as its headers are there. */
export async function exchange(port: number, method: string, path: string, sent: Sent = {}): Promise<Received> {
  const { promise, resolve, reject } = Promise.withResolvers<Received>();
  const isChunked = Object.keys(sent.headers ?? {}).includes("transfer-encoding");
  const length = sent.body === undefined || isChunked ? {} : { "content-length": String(Buffer.byteLength(sent.body)) };
  const json = sent.body === undefined ? {} : { "content-type": "application/json", ...length };
  const headers = { ...json, ...sent.headers };
  const asked = httpRequest({ host: "127.0.0.1", port, method, path, agent: false, headers }, (response) => {
    const parts: Buffer[] = [];
    const end = (): void => resolve(new Received(response.statusCode ?? 0, response.headers, Buffer.concat(parts)));
    if (response.headers["content-type"]?.startsWith("text/event-stream") === true) {
      end();
      response.destroy();
      return;
    }
    response.on("data", (part: Buffer) => parts.push(part));
    response.on("end", end);
    response.on("error", reject);
  });
  asked.on("error", reject);
  asked.end(sent.body);
  return promise;
}

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

import { parseStrict, type Json } from "@writ/core";
import { Webhook } from "standardwebhooks";

import type { TestCertificate } from "./test-certificate.ts";

export interface ReceivedPost {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The event in a post, as a library of somebody else lets it pass. @throws Error where the signature does not hold */
export function verifiedEvent(secret: string, { headers, body }: ReceivedPost): Json {
  const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  new Webhook(secret).verify(body, given);
  return parseStrict(body);
}

/** How a receiver answers a post. */
export type ReceiverAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly afterMs?: number }
  /** Never. */
  | "hang"
  /** By hanging up. */
  | "reset"
  /** With a status, then a body that does not end. */
  | "endless"
  /** With more in front of the body than anybody needs. */
  | "huge_headers";

/** A receiver of webhooks on this machine's loopback, as good or as bad as a test wants it. */
export class WebhookReceiver implements AsyncDisposable {
  readonly posts: ReceivedPost[] = [];
  /** Asked for each post; it may be exchanged. */
  answer: (post: ReceivedPost, count: number) => ReceiverAnswer;
  readonly #server: Server;
  readonly #scheme: "http" | "https";

  private constructor(answer: WebhookReceiver["answer"], certificate: TestCertificate | null) {
    this.answer = answer;
    this.#scheme = certificate === null ? "http" : "https";
    const take = (request: IncomingMessage, response: ServerResponse): void => {
      let body = "";
      request.setEncoding("utf8");
      request.on("data", (part: string) => (body += part));
      request.on("error", () => undefined);
      request.on("end", () => {
        const post = { headers: request.headers, body };
        this.posts.push(post);
        give(response, this.answer(post, this.posts.length));
      });
    };
    this.#server = certificate === null ? createServer(take) : createTlsServer({ ...certificate }, take);
  }

  /**
   * @param port 0 for any that is free
   * @param certificate what it shows over TLS; null for plain HTTP
   */
  static async open(
    answer: WebhookReceiver["answer"] = () => ({ status: 204 }),
    port = 0,
    certificate: TestCertificate | null = null,
  ): Promise<WebhookReceiver> {
    const made = new WebhookReceiver(answer, certificate);
    await new Promise<void>((resolve) => made.#server.listen(port, "127.0.0.1", resolve));
    return made;
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}/hook`;
  }

  /** Connections that nobody has hung up. */
  async connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

function give(response: ServerResponse, answer: ReceiverAnswer): void {
  response.on("error", () => undefined);
  if (answer === "hang") return;
  if (answer === "reset") {
    response.socket?.resetAndDestroy();
  } else if (answer === "endless") {
    response.writeHead(200);
    const part = "x".repeat(65_536);
    const more = (): void => {
      while (!response.destroyed && response.write(part)) continue;
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  } else if (answer === "huge_headers") {
    response.writeHead(200, { "x-much": "x".repeat(60_000) });
    response.end();
  } else {
    setTimeout(() => {
      response.writeHead(answer.status, answer.headers);
      response.end("a body nobody reads");
    }, answer.afterMs ?? 0);
  }
}

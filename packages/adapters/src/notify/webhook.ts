import type { IncomingMessage } from "node:http";

import type { Clock, Destination, SendOutcome } from "@writ/runtime";

import { failureClass } from "./failure-class.ts";
import { isClosedLiteral, openLookup } from "./open-address.ts";
import { retryAfterMs } from "./retry-after.ts";
import { signedHeaders } from "./signature.ts";

export interface WebhookParts extends Omit<Destination, "send"> {
  readonly url: URL;
  /** Each signs; at least one where it is ready. */
  readonly keys: readonly Uint8Array[];
  readonly clock: Clock;
}

const GONE = 410;
/** Answers that say when to come back. */
const BUSY: ReadonlySet<number> = new Set([429, 503]);
/** More than any answer of a receiver needs in front of its body, which is not read. */
const MOST_HEADER_BYTES = 16_384;

/** Sends what is told as a signed POST. Follows nothing and reads no answer but its status and how long to wait. */
export function webhookDestination(parts: WebhookParts): Destination {
  const { url, keys, clock, ...described } = parts;
  return {
    ...described,
    async send({ id, body }, signal) {
      if (isClosedLiteral(url.hostname)) return failed("address_refused");
      const headers = signedHeaders(keys, { id, body, atMs: clock.now() });
      try {
        return outcomeOf(await posted(url, { body, headers }, signal), clock.now());
      } catch (error) {
        if (error instanceof Error) return failed(failureClass(error));
        throw error;
      }
    },
  };
}

/** Answers as soon as the status is known, and hangs up on what follows. */
async function posted(
  url: URL,
  { body, headers }: { readonly body: string; readonly headers: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<Pick<IncomingMessage, "statusCode" | "headers">> {
  const { request } = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  return new Promise((resolve, reject) => {
    const sending = request(url, {
      method: "POST",
      agent: false,
      lookup: openLookup,
      maxHeaderSize: MOST_HEADER_BYTES,
      signal,
      headers: {
        ...headers,
        "content-type": "application/cloudevents+json",
        "content-length": Buffer.byteLength(body),
        "user-agent": "Writ",
      },
    });
    sending.on("error", reject);
    sending.on("response", (response) => {
      const { statusCode, headers } = response;
      resolve({ statusCode, headers });
      response.on("error", () => undefined);
      response.destroy();
    });
    sending.end(body);
  });
}

function outcomeOf(
  { statusCode: status = 0, headers }: Pick<IncomingMessage, "statusCode" | "headers">,
  now: number,
): SendOutcome {
  if (status >= 200 && status < 300) return { kind: "delivered", status, error: null };
  if (status === GONE) return { kind: "gone", status };
  const asked = BUSY.has(status) ? retryAfterMs(headers["retry-after"], now) : null;
  return { kind: "failed", status, error: status >= 300 && status < 400 ? "redirect" : "status", retryAfterMs: asked };
}

function failed(error: string): SendOutcome {
  return { kind: "failed", status: null, error, retryAfterMs: null };
}

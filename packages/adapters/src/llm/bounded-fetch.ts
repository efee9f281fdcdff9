import { OrchestratorError } from "@writ/core";

/** The only headers that leave: no fingerprint of library, machine or process, and nothing an environment variable added. */
const SENT = ["accept", "authorization", "content-type", "traceparent", "x-writ-role"];

/** What is shorter (`none`, `ollama`) stands in every other answer and is no secret. */
const SHORTEST_SECRET = 8;

/**
 * A `fetch` for answers that are not trusted: reads at most `maxBytes`, follows
 * no redirect (it could lead to a host nobody allowed), sends a fixed set of
 * headers, and takes the key out of whatever comes back.
 *
 * @param secret what an endpoint could repeat; null where there is none
 * @throws OrchestratorError `model_answer_too_large`
 */
export function boundedFetch(maxBytes: number, secret: string | null): typeof fetch {
  return async (input, init) => {
    const given = new Headers(init?.headers);
    const headers = SENT.flatMap((name): [string, string][] => {
      const value = given.get(name);
      return value === null ? [] : [[name, value]];
    });
    const response = await fetch(input, { ...init, headers, redirect: "error" });
    const body = await readBounded(response, maxBytes);
    return new Response(secret === null || secret.length < SHORTEST_SECRET ? body : body.replaceAll(secret, "***"), {
      status: response.status,
      headers: { "content-type": response.headers.get("content-type") ?? "" },
    });
  };
}

async function readBounded(response: Response, maxBytes: number): Promise<string> {
  const stream: ReadableStream<Uint8Array> | null = response.body;
  if (stream === null) return "";
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of stream) {
    bytes += part.byteLength;
    // Leaving the loop cancels the stream, which hangs up.
    if (bytes > maxBytes) {
      throw new OrchestratorError(
        "model_answer_too_large",
        `the model's answer is larger than ${String(maxBytes)} bytes and was cut off; ask for less`,
        {
          details: { max_bytes: maxBytes },
        },
      );
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

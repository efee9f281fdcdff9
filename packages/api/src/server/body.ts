import { OrchestratorError, parseStrict, type Json } from "@writ/core";
import { tooLarge } from "./guard.ts";

const LIMIT = 1_048_576;

/**
 * The body of a request as JSON; an empty one is an empty object. Duplicate names, `__proto__` and what is too deep or
 * too wide are refused by the parser.
 *
 * @throws OrchestratorError `body_too_large`, `body_malformed`
 */
export async function readBody(stream: ReadableStream<Uint8Array> | null): Promise<Json> {
  const bytes = stream === null ? new Uint8Array() : await collected(stream);
  if (bytes.length === 0) return {};
  try {
    return parseStrict(bytes);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    throw new OrchestratorError("body_malformed", `the body is no JSON that is read here: ${error.message}`, {
      problems: [{ code: error.code, message: error.message }],
    });
  }
}

async function collected(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of stream) {
      size += part.length;
      if (size > LIMIT) throw tooLarge();
      parts.push(part);
    }
  } catch (error) {
    if (!isGone(error)) throw error;
    throw new OrchestratorError("body_malformed", "the body ended before it was whole; send it again");
  }
  return Buffer.concat(parts);
}

/** Whoever sent it went away: no fault of ours. */
function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ECONNRESET";
}

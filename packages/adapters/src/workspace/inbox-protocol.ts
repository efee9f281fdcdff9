import type { Socket } from "node:net";

import { isJsonObject, type JsonObject, OrchestratorError, parseStrict } from "@writ/core";

/** Of the language that owner and callers speak; a change of meaning is another number. */
export const PROTOCOL = 1;

/** Bytes of one message. A command that carries more hands it in by file. */
export const MAX_MESSAGE_BYTES = 17 * 1_024 * 1_024;

const LINE_FEED = 10;

/** Calls back for each message that arrives, and once with what is wrong with one; that one is the last. */
export function onMessages(
  socket: Socket,
  take: (message: JsonObject) => void,
  refuse: (error: OrchestratorError) => void,
): void {
  const reader = new MessageReader();
  socket.on("data", function read(chunk: Buffer) {
    try {
      for (const message of reader.push(chunk)) take(message);
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      socket.off("data", read);
      refuse(error);
    }
  });
}

/** Cuts a stream of bytes into lines, and reads each as a message. */
class MessageReader {
  #parts: Buffer[] = [];
  #size = 0;

  /** @throws OrchestratorError `inbox_message_invalid` for a line that is too long or is no message */
  *push(chunk: Buffer): Generator<JsonObject> {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      this.#keep(chunk.subarray(from, end));
      const line = Buffer.concat(this.#parts);
      this.#parts = [];
      this.#size = 0;
      from = end + 1;
      yield readMessage(line);
    }
    this.#keep(chunk.subarray(from));
  }

  #keep(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > MAX_MESSAGE_BYTES)
      refuseMessage(`a message has more than ${MAX_MESSAGE_BYTES} bytes; hand large values in by file`);
    if (part.length > 0) this.#parts.push(part);
  }
}

/** @throws OrchestratorError `inbox_message_invalid` if it would be too long to read */
export function writeMessage(message: JsonObject): string {
  const line = `${JSON.stringify(message)}\n`;
  if (line.length > MAX_MESSAGE_BYTES / 4 && Buffer.byteLength(line) > MAX_MESSAGE_BYTES) {
    refuseMessage(`a message has more than ${MAX_MESSAGE_BYTES} bytes; hand large values in by file`);
  }
  return line;
}

function readMessage(line: Buffer): JsonObject {
  try {
    const message = parseStrict(line);
    if (isJsonObject(message)) return message;
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
  }
  return refuseMessage("a message is not one JSON object");
}

/** @throws OrchestratorError `inbox_message_invalid` */
export function refuseMessage(message: string): never {
  throw new OrchestratorError("inbox_message_invalid", message);
}

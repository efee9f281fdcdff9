import type { Socket } from "node:net";

import { type Json, type JsonObject, OrchestratorError } from "@writ/core";

import { writeError } from "./inbox-error.ts";
import { onMessages, PROTOCOL, refuseMessage, writeMessage } from "./inbox-protocol.ts";
import type { ProcessIdentity } from "../system/processes.ts";

/** Commands of one caller that are being carried out before its socket is no longer read. */
const OPEN_COMMANDS = 64;
/** Bytes that may wait for a caller who does not read; beyond that it is let go. */
const UNREAD_BYTES = 64 * 1_024 * 1_024;

/**
 * Carries out one command; what it resolves to is the reply, so it resolves once the command is durable.
 *
 * @param caller as it named itself: nothing that a process of the same user could not claim
 * @throws OrchestratorError as the caller is to meet it
 */
export type CommandHandler = (command: Json, caller: ProcessIdentity) => Promise<Json>;

/** One connection: its process, its commands, whether it wants events. */
export class InboxCaller {
  isSubscribed = false;
  readonly #socket: Socket;
  readonly #greeting: string;
  readonly #handler: Promise<CommandHandler>;
  #identity: ProcessIdentity | undefined;
  readonly #answers = new Set<Promise<void>>();
  #isDeaf = false;
  /** The number of the last command that was taken. */
  #last = 0;

  constructor(socket: Socket, greeting: string, handler: Promise<CommandHandler>) {
    this.#socket = socket;
    this.#greeting = greeting;
    this.#handler = handler;
    onMessages(
      socket,
      (message) => this.#take(message),
      (error) => socket.end(writeMessage({ id: null, error: writeError(error) })),
    );
    // A caller that is gone took its answers' meaning with it.
    socket.on("error", () => socket.destroy());
  }

  write(line: string): void {
    this.#socket.write(line);
    if (this.#socket.writableLength > UNREAD_BYTES) this.#socket.destroy();
  }

  /** Takes no further commands; what is in its socket is met by whoever owns the workspace next. */
  deafen(): void {
    this.#isDeaf = true;
    this.#socket.pause();
  }

  /** Resolves when no command is being carried out. */
  async answered(): Promise<void> {
    while (this.#answers.size > 0) await Promise.race(this.#answers);
  }

  /** Says which command was the last that was taken, so that the caller knows which were not. */
  leave(): void {
    this.#socket.end(writeMessage({ leaving: this.#last }), () => this.#socket.destroy());
  }

  #take(message: JsonObject): void {
    const { id, command, subscribe } = message;
    if (this.#identity === undefined) this.#meet(message);
    else if (typeof id !== "number") refuseMessage("a message has no id");
    else if (typeof subscribe === "boolean") {
      this.isSubscribed = subscribe;
      this.write(writeMessage({ id, value: null }));
    } else if (command !== undefined) this.#begin(id, command, this.#identity);
    else refuseMessage("a message asks for nothing");
  }

  #meet({ writ, pid, start_time: startTime }: JsonObject): void {
    if (writ !== PROTOCOL || typeof pid !== "number" || typeof startTime !== "number") {
      refuseMessage(`this owner speaks version ${PROTOCOL}; use the same version of Writ`);
    }
    this.#identity = { pid, startTime };
    this.write(this.#greeting);
  }

  #begin(id: number, command: Json, caller: ProcessIdentity): void {
    this.#last = id;
    const answer = this.#answer(id, command, caller).finally(() => {
      this.#answers.delete(answer);
      if (this.#answers.size < OPEN_COMMANDS && !this.#isDeaf) this.#socket.resume();
    });
    this.#answers.add(answer);
    if (this.#answers.size >= OPEN_COMMANDS) this.#socket.pause();
  }

  /** What is no refusal but a bug is left to end the process. */
  async #answer(id: number, command: Json, caller: ProcessIdentity): Promise<void> {
    try {
      const handle = await this.#handler;
      this.write(writeMessage({ id, value: await handle(command, caller) }));
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      this.write(writeMessage({ id, error: writeError(error) }));
    }
  }
}

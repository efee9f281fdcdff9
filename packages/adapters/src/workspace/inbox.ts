import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";

import { type Json, type JsonObject, OrchestratorError } from "@writ/core";

import { writeError } from "./inbox-error.ts";
import { LineReader, PROTOCOL, readMessage, refuseMessage, writeMessage } from "./inbox-protocol.ts";
import type { ProcessIdentity } from "./owner-record.ts";

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

/** Where the owner of a workspace takes other processes' commands. */
export class Inbox {
  readonly #server: Server;
  readonly #handler: Promise<CommandHandler>;
  #serve: (handler: CommandHandler) => void = () => undefined;
  #isServed = false;
  readonly #callers = new Set<Caller>();
  readonly #greeting: string;

  constructor(owner: ProcessIdentity & { readonly product: string }) {
    this.#greeting = writeMessage({ writ: PROTOCOL, pid: owner.pid, start_time: owner.startTime, product: owner.product });
    this.#handler = new Promise((resolve) => (this.#serve = resolve));
    this.#server = createServer((socket) => this.#welcome(socket));
  }

  /** Takes callers from now on; their commands wait until `serve`. */
  async listen(path: string): Promise<void> {
    // Whoever left it is gone: this process holds the lock.
    rmSync(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(path, () => resolve());
    });
    chmodSync(path, 0o600);
  }

  /** Once. */
  serve(handler: CommandHandler): void {
    this.#isServed = true;
    this.#serve(handler);
  }

  /** Tells all subscribers. */
  publish(event: Json): void {
    const subscribers = [...this.#callers].filter(({ isSubscribed }) => isSubscribed);
    if (subscribers.length === 0) return;
    const line = writeMessage({ event });
    for (const caller of subscribers) caller.write(line);
  }

  /** Takes nothing more, answers what it took, lets all callers go and removes the socket. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const callers = [...this.#callers];
    for (const caller of callers) caller.deafen();
    if (this.#isServed) await Promise.all(callers.map((caller) => caller.answered()));
    for (const caller of callers) caller.leave();
    await closed;
  }

  #welcome(socket: Socket): void {
    const caller = new Caller(socket, this.#greeting, this.#handler);
    this.#callers.add(caller);
    socket.on("close", () => this.#callers.delete(caller));
  }
}

/** One connection: its process, its commands, whether it wants events. */
class Caller {
  isSubscribed = false;
  readonly #socket: Socket;
  readonly #lines = new LineReader();
  readonly #greeting: string;
  readonly #handler: Promise<CommandHandler>;
  #identity: ProcessIdentity | undefined;
  readonly #answers = new Set<Promise<void>>();
  #isDeaf = false;

  constructor(socket: Socket, greeting: string, handler: Promise<CommandHandler>) {
    this.#socket = socket;
    this.#greeting = greeting;
    this.#handler = handler;
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
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

  leave(): void {
    this.#socket.end(() => this.#socket.destroy());
  }

  #read(chunk: Buffer): void {
    if (this.#isDeaf) return;
    try {
      for (const line of this.#lines.push(chunk)) this.#take(readMessage(line));
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      this.#socket.end(writeMessage({ id: null, error: writeError(error) }));
    }
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
    if (writ !== PROTOCOL || typeof pid !== "number" || typeof startTime !== "string") {
      refuseMessage(`this owner speaks version ${PROTOCOL}; use the same version of Writ`);
    }
    this.#identity = { pid, startTime };
    this.write(this.#greeting);
  }

  #begin(id: number, command: Json, caller: ProcessIdentity): void {
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

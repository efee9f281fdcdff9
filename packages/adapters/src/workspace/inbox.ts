import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";

import type { Json } from "@writ/core";

import { type CommandHandler, InboxCaller } from "./inbox-caller.ts";
import { PROTOCOL, writeMessage } from "./inbox-protocol.ts";
import type { ProcessIdentity } from "../system/processes.ts";

/** Where the owner of a workspace takes other processes' commands. */
export class Inbox {
  readonly #server: Server;
  readonly #handler: Promise<CommandHandler>;
  #serve: (handler: CommandHandler) => void = () => undefined;
  #isServed = false;
  readonly #callers = new Set<InboxCaller>();
  readonly #greeting: string;

  constructor(owner: ProcessIdentity & { readonly product: string }) {
    this.#greeting = writeMessage({
      writ: PROTOCOL,
      pid: owner.pid,
      start_time: owner.startTime,
      product: owner.product,
    });
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
    const caller = new InboxCaller(socket, this.#greeting, this.#handler);
    this.#callers.add(caller);
    socket.on("close", () => this.#callers.delete(caller));
  }
}

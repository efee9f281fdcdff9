import { connect, type Socket } from "node:net";

import { type Json, type JsonObject, OrchestratorError } from "@writ/core";

import { fileError } from "../files/file-error.ts";
import { errnoOf } from "../system/errno.ts";
import { readError } from "./inbox-error.ts";
import { onMessages, PROTOCOL, writeMessage } from "./inbox-protocol.ts";
import type { ProcessIdentity } from "../system/processes.ts";

/** A connection to the process that owns the workspace. */
export interface OwnerConnection {
  readonly owner: ProcessIdentity & { readonly product: string };
  /**
   * Hands over a command and waits for its reply.
   *
   * @throws OrchestratorError `owner_gone` if the owner ended before it took the command; `answer_lost` if it ended
   * before it replied: whether the command was carried out is then in the journal; `inbox_message_invalid`; or what
   * the command was refused with
   */
  send(command: Json): Promise<Json>;
  /** Calls back for each event from now on. @throws OrchestratorError `owner_gone` */
  subscribe(listen: (event: Json) => void): Promise<void>;
  /** Resolves when the connection has ended, on either side. */
  readonly closed: Promise<void>;
  close(): void;
}

interface Reply {
  readonly resolve: (value: Json) => void;
  readonly reject: (error: Error) => void;
}

/** What a socket that nobody listens at answers. */
const NOBODY: ReadonlySet<string> = new Set(["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOTSOCK", "EAGAIN"]);

/**
 * Connects to the owner of a workspace.
 *
 * @param patienceMs how long an owner that is there may take to greet
 * @returns `nobody` where no process listens, `silent` where one does not greet in time
 * @throws OrchestratorError `inbox_message_invalid` for an owner of another version, `file_io`
 */
export async function connectToOwner(
  path: string,
  self: ProcessIdentity,
  patienceMs: number,
): Promise<OwnerConnection | "nobody" | "silent"> {
  const socket = connect(path);
  const connection = new Connection(socket);
  let silence: "nobody" | "silent" = "nobody";
  const timer = setTimeout(() => {
    silence = "silent";
    socket.destroy();
  }, patienceMs);
  try {
    connection.write({ writ: PROTOCOL, pid: self.pid, start_time: self.startTime });
    if (await connection.greeted) return connection;
    if (connection.failure !== undefined) throw fileError(connection.failure, path, "read");
    return silence;
  } finally {
    clearTimeout(timer);
  }
}

class Connection implements OwnerConnection {
  owner: OwnerConnection["owner"] = { pid: 0, startTime: 0, product: "" };
  /** False if the connection ends first. */
  readonly greeted: Promise<boolean>;
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  #greet: (isGreeted: boolean) => void = () => undefined;
  readonly #replies = new Map<number, Reply>();
  readonly #listeners: ((event: Json) => void)[] = [];
  #last = 0;
  /** Why it ended, where nobody simply went. */
  failure: Error | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.greeted = new Promise((resolve) => (this.#greet = resolve));
    onMessages(
      socket,
      (message) => this.#take(message),
      (error) => this.#fail(error),
    );
    socket.on("error", (error) => this.#fail(NOBODY.has(errnoOf(error) ?? "") ? undefined : error));
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.#end();
        resolve();
      });
    });
  }

  send(command: Json): Promise<Json> {
    return this.#request({ command });
  }

  async subscribe(listen: (event: Json) => void): Promise<void> {
    this.#listeners.push(listen);
    await this.#request({ subscribe: true });
  }

  close(): void {
    this.#socket.end(() => this.#socket.destroy());
  }

  write(message: JsonObject): void {
    this.#socket.write(writeMessage(message));
  }

  async #request(message: JsonObject): Promise<Json> {
    if (!this.#socket.writable) throw this.failure ?? gone();
    this.#last += 1;
    const id = this.#last;
    const line = writeMessage({ id, ...message });
    return new Promise((resolve, reject) => {
      this.#replies.set(id, { resolve, reject });
      this.#socket.write(line);
    });
  }

  #take(message: JsonObject): void {
    const { id, value, error, event, writ, leaving } = message;
    if (typeof leaving === "number") this.#leave(leaving);
    else if (writ !== undefined) this.#meet(message);
    else if (event !== undefined) this.#listeners.forEach((listen) => listen(event));
    else if (typeof id !== "number") throw readError(error);
    else {
      const reply = this.#replies.get(id);
      this.#replies.delete(id);
      if (value === undefined) reply?.reject(readError(error));
      else reply?.resolve(value);
    }
  }

  #meet({ pid, start_time: startTime, product }: JsonObject): void {
    this.owner = { pid: Number(pid), startTime: Number(startTime), product: String(product) };
    this.#greet(true);
  }

  /** What came after the last command that was taken was not looked at. */
  #leave(last: number): void {
    for (const [id, { reject }] of this.#replies) {
      if (id <= last) continue;
      this.#replies.delete(id);
      reject(gone());
    }
  }

  #fail(error: Error | undefined): void {
    this.failure ??= error;
    this.#socket.destroy();
  }

  #end(): void {
    this.#greet(false);
    for (const { reject } of this.#replies.values()) reject(this.failure ?? lost());
    this.#replies.clear();
  }
}

function gone(): OrchestratorError {
  return new OrchestratorError(
    "owner_gone",
    "the process that owns the workspace ended before it took the command; run it again",
  );
}

function lost(): OrchestratorError {
  return new OrchestratorError(
    "answer_lost",
    "the process that owns the workspace ended before it answered; see whether it did what you asked: writ list",
  );
}

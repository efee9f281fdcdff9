import type { Socket } from "node:net";

import type { Served } from "./http.ts";
import { opened } from "./raw-socket.ts";

const DRIP_MS = 500;

/** Connections that never come to the end of their request. */
export class SlowSenders implements AsyncDisposable {
  /** How many the server let go of. */
  closed = 0;
  readonly #sockets: Socket[] = [];
  readonly #drip: ReturnType<typeof setInterval>;

  private constructor() {
    this.#drip = setInterval(() => {
      for (const socket of this.#sockets) if (socket.writable) socket.write("x");
    }, DRIP_MS);
  }

  /** Half of them never end their headers, the others never their body. */
  static async to(port: number, count: number): Promise<SlowSenders> {
    const made = new SlowSenders();
    const body = `POST /login HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n`;
    for (let at = 0; at < count; at += 1) {
      const socket = await opened(port);
      socket.once("close", () => (made.closed += 1));
      socket.resume();
      socket.write(at % 2 === 0 ? "GET /health HTTP/1.1\r\nx: " : body);
      made.#sockets.push(socket);
    }
    return made;
  }

  /** Waits until none is left, at most so long. */
  async gone(withinMs: number): Promise<void> {
    const until = performance.now() + withinMs;
    while (this.closed < this.#sockets.length && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 100));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#drip);
    for (const socket of this.#sockets) socket.destroy();
    await this.gone(1_000);
  }
}

/** How long a healthy request takes, so many times, in milliseconds. */
export async function healthTimes(served: Served, count: number): Promise<readonly number[]> {
  const took: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const began = performance.now();
    const { status } = await served.exchange("GET", "/health");
    if (status !== 200) throw new TypeError(`health is ${status}`);
    took.push(performance.now() - began);
  }
  return took;
}

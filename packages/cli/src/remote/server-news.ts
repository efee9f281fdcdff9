import type { ServerLine } from "./server-line.ts";

/** How long to wait before a stream that ended is opened again. */
const PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;
/** Without news it is looked anyway, for a proxy that holds events back. */
const LOOK_EVERY_MS = 2_000;

/**
 * Tells that something happened at a server: its event stream, opened when somebody first wants to know, and opened
 * again at the last position whenever it ends.
 */
export class ServerNews {
  readonly #line: ServerLine;
  readonly #listeners = new Set<() => void>();
  readonly #stop = new AbortController();
  #reading: Promise<void> | null = null;
  #alarm: NodeJS.Timeout | null = null;
  #last: string | null = null;

  constructor(line: ServerLine) {
    this.#line = line;
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#alarm ??= setInterval(() => this.#tell(), LOOK_EVERY_MS);
    this.#reading ??= this.#read();
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    if (this.#alarm !== null) clearInterval(this.#alarm);
    this.#stop.abort();
    this.#line.leave();
    this.#listeners.clear();
    await this.#reading;
  }

  async #read(): Promise<void> {
    const { signal } = this.#stop;
    for (let pause = PAUSE_MS; !this.#line.isLeft; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        const stream = await this.#line.events(this.#last, signal);
        // Something may have happened before it was open.
        this.#tell();
        if (stream !== null) {
          pause = PAUSE_MS;
          await this.#follow(stream);
        }
      } catch (error) {
        if (!(error instanceof TypeError) && !signal.aborted) throw error;
        // Nobody answers, or somebody stopped in the middle: whoever looks now is told by the line.
        this.#tell();
      }
      await this.#line.pause(pause);
    }
  }

  async #follow(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const bytes of stream) {
      const messages = (rest + decoder.decode(bytes, { stream: true })).split("\n\n");
      rest = messages.pop() ?? "";
      const ids = messages.flatMap((message) => /^id: ([0-9]+)$/m.exec(message)?.[1] ?? []);
      if (ids.length === 0) continue;
      this.#last = ids.at(-1) ?? this.#last;
      this.#tell();
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

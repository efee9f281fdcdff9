import type { RunDesk } from "@writ/runtime";
import { frame, type Drawn } from "./terminal/live-frame.ts";
import { followFoot } from "./terminal/run-show-view.ts";
import type { Line } from "./terminal/span.ts";
import { onStopKey } from "./terminal/stop-key.ts";
import type { Terminal } from "./terminal.ts";

/** Without news it is looked anyway, for a file system that tells nobody of changes. In milliseconds. */
const LOOK_EVERY = 1_000;

/** Rows that are added as they come, above a foot that says where in the journal one is; plain rows where nothing can be drawn anew. */
export class LiveLog {
  readonly #terminal: Terminal;
  readonly #isQuiet: boolean;
  #drawn: Drawn = [];

  /** @param isQuiet nothing is drawn: whoever follows writes for programs */
  constructor(terminal: Terminal, isQuiet: boolean) {
    this.#terminal = terminal;
    this.#isQuiet = isQuiet;
  }

  /** @param position in the journal, of the last row */
  add(lines: readonly Line[], position: number): void {
    const { canRedraw } = this.#terminal;
    const screen = this.#terminal.screen();
    if (this.#isQuiet) return;
    if (!canRedraw) return this.#terminal.out(lines);
    const { text, drawn } = frame(screen, this.#drawn, lines, [followFoot(screen, position)]);
    this.#terminal.raw("out", text);
    this.#drawn = drawn;
  }

  /** Looks, and looks again whenever there may be news, until `look` says that it is over, or somebody presses q or Ctrl-C. */
  async follow(desk: RunDesk, look: () => Promise<boolean>): Promise<void> {
    const stop = new AbortController();
    const end = (): void => stop.abort();
    const release = this.#terminal.keyboard === null ? null : onStopKey(this.#terminal.keyboard, end);
    process.once("SIGINT", end);
    try {
      while (!stop.signal.aborted) {
        const { promise: news, resolve: wake } = Promise.withResolvers<void>();
        const deaf = desk.nudges(wake);
        const alarm = setTimeout(wake, LOOK_EVERY);
        stop.signal.addEventListener("abort", () => wake(), { once: true });
        try {
          if (!(await look())) return;
          if (!stop.signal.aborted) await news;
        } finally {
          clearTimeout(alarm);
          deaf();
        }
      }
    } finally {
      process.removeListener("SIGINT", end);
      release?.();
    }
  }
}

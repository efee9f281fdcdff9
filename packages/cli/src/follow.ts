import type { RunDesk } from "@writ/runtime";
import {
  beginEntry,
  EntryReader,
  evolve,
  initialState,
  runStatus,
  type Entry,
  type RunId,
  type RunState,
} from "@writ/core";

/** What a follower sees: one more entry, and the state after it. */
export interface Seen {
  readonly entry: Entry;
  readonly state: RunState;
}

/** Ends a following early: nothing is lost, the run goes on. */
export class Following {
  readonly #desk: RunDesk;
  readonly #run: RunId;
  readonly #reader: EntryReader;
  readonly state: RunState;
  #version = 0;

  private constructor(desk: RunDesk, run: RunId, state: RunState) {
    this.#desk = desk;
    this.#run = run;
    this.state = state;
    this.#reader = new EntryReader(state.rules.hash);
  }

  static async of(desk: RunDesk, run: RunId): Promise<Following> {
    return new Following(desk, run, initialState(run, await desk.rulesOf(run)));
  }

  /** Entries that were added since the last look, folded one by one. */
  async look(see: (seen: Seen) => void): Promise<void> {
    for (const stored of await this.#desk.store.journal.read(this.#run, this.#version + 1)) {
      const entry = this.#reader.read(stored);
      beginEntry(this.state, entry.at, entry.actor);
      for (const fact of entry.facts) evolve(this.state, fact);
      this.#version = entry.version;
      see({ entry, state: this.state });
    }
  }

  /** Follows until the run waits for somebody or is over, or the signal says so. */
  async untilItRests(see: (seen: Seen) => void, signal: AbortSignal): Promise<void> {
    const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => stop(), { once: true });
    for (;;) {
      const { promise: nudged, resolve: nudge } = Promise.withResolvers<void>();
      const deaf = this.#desk.nudges(nudge);
      try {
        await this.look(see);
        if (signal.aborted || runStatus(this.state) !== "in_progress") return;
        await Promise.race([nudged, stopped]);
      } finally {
        deaf();
      }
    }
  }
}

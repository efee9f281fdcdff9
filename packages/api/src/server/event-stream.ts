import type { ServerResponse } from "node:http";
import { durationMs, type RunId } from "@writ/core";
import type { Clock } from "@writ/runtime";
import { gapMessage, HEARTBEAT, type EventFrame } from "./event-frame.ts";
import type { EventHub } from "./event-hub.ts";

const HEARTBEAT_MS = 15_000;
const RECHECK_MS = 3_000;
/** Entries that somebody who was level may fall behind before they are told of a gap. */
const MOST_BEHIND = 2_000;

export interface StreamWish {
  /** The first position wanted. */
  readonly from: number;
  /** Only entries of this run, until it has ended; null for all entries. */
  readonly run: RunId | null;
}

export interface StreamSetting {
  readonly hub: EventHub;
  readonly clock: Clock;
  /** Whether who reads still may. */
  readonly stillMay: () => Promise<boolean>;
}

/**
 * Sends entries in their order, each once, as fast as they are taken. Who was
 * level and falls too far behind is told which positions were left out. Ends
 * when the run has, when the reader goes, or may not read any more.
 */
export class EventStream {
  readonly #setting: StreamSetting;
  readonly #out: ServerResponse;
  readonly #run: RunId | null;
  #next: number;
  #wasLevel = false;
  #isOver = false;
  #news: () => void = () => undefined;

  constructor(setting: StreamSetting, out: ServerResponse, { from, run }: StreamWish) {
    this.#setting = setting;
    this.#out = out;
    this.#run = run;
    this.#next = from;
  }

  /** Resolves when the stream has ended. */
  async send(): Promise<void> {
    const { hub } = this.#setting;
    const deaf = hub.follow(() => this.#news());
    const end = (): void => this.end();
    this.#out.once("close", end);
    this.#out.once("error", end);
    const timers = [this.#every(HEARTBEAT_MS, () => this.#beat()), this.#every(RECHECK_MS, () => this.#recheck())];
    try {
      while (!this.#isOver) {
        const { promise: news, resolve } = Promise.withResolvers<void>();
        this.#news = resolve;
        // What arrives while a page is read is on the next one.
        const { end: known } = hub;
        const frames = await this.#page();
        if (frames.length > 0) await this.#give(frames);
        else if (this.#next < known) this.#next = known;
        else {
          this.#wasLevel = true;
          await news;
        }
      }
    } finally {
      deaf();
      for (const cancel of timers) cancel();
      this.#out.end();
    }
  }

  end(): void {
    this.#isOver = true;
    this.#news();
  }

  async #page(): Promise<readonly EventFrame[]> {
    const { hub } = this.#setting;
    // A run's own entries are few, and its end must not be among what is left out.
    const behind = this.#run === null ? hub.end - this.#next : 0;
    if (this.#wasLevel && behind > MOST_BEHIND) {
      await this.#write(gapMessage(this.#next, hub.end - 1));
      this.#next = hub.end;
    }
    return this.#run === null ? hub.from(this.#next) : hub.ofRun(this.#run, this.#next);
  }

  async #give(frames: readonly EventFrame[]): Promise<void> {
    const last = frames.findIndex((frame) => this.#run !== null && frame.endsRun);
    const given = last === -1 ? frames : frames.slice(0, last + 1);
    await this.#write(this.#setting.hub.joined(given));
    this.#next = (given.at(-1)?.seq ?? this.#next) + 1;
    if (last !== -1) this.#isOver = true;
  }

  /** Waits while the other side does not take what it was sent. */
  async #write(bytes: Buffer): Promise<void> {
    if (this.#isOver || this.#out.write(bytes)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#out.once("drain", resolve);
    this.#out.once("close", resolve);
    await promise;
    this.#out.removeListener("drain", resolve);
    this.#out.removeListener("close", resolve);
  }

  #beat(): void {
    if (this.#out.writableLength === 0) this.#out.write(HEARTBEAT);
  }

  /** Where it cannot be found out, nobody is shown anything more. */
  async #recheck(): Promise<void> {
    const isSo = await this.#setting.stillMay().catch(() => false);
    if (!isSo) this.end();
  }

  #every(ms: number, act: () => unknown): () => void {
    let cancel = (): void => undefined;
    const arm = (): void => {
      cancel = this.#setting.clock.after(durationMs(ms), () => {
        arm();
        void act();
      });
    };
    arm();
    return () => cancel();
  }
}

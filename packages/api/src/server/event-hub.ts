import { durationMs, type RunId } from "@writ/core";
import type { AuditLog, Clock } from "@writ/runtime";
import { eventFrame, type EventFrame } from "./event-frame.ts";

/** Entries that are kept at hand for those who follow. */
const KEPT = 8_192;
/** Entries read at once for those who come late. */
const PAGE = 512;
/** After reading failed, it is tried again. */
const AGAIN_MS = 1_000;
/** What comes within it leaves together, so that many who follow cost few writes. */
const TOGETHER_MS = 15;

/** Where the hub reads, and who tells it that there is more. */
export interface EventSource {
  readonly log: string;
  readonly audit: () => Pick<AuditLog, "head" | "lines" | "positions">;
  readonly nudges: (listener: () => void) => () => void;
  readonly clock: Clock;
}

/** Entries of the log in their order, read once for all who follow it. */
export class EventHub {
  readonly #source: EventSource;
  readonly #frames: EventFrame[] = [];
  /** The position behind the last frame. */
  #end = 0;
  #reading: Promise<void> | null = null;
  #isDue = false;
  #deaf: (() => void) | null = null;
  #cancel: (() => void) | null = null;
  #isClosed = false;
  readonly #listeners = new Set<() => void>();
  /** The newest joined messages: those who are level with each other are sent the same bytes. */
  #joined: { readonly from: number; readonly to: number; readonly bytes: Buffer } | null = null;

  constructor(source: EventSource) {
    this.#source = source;
  }

  async open(): Promise<void> {
    this.#end = (await this.#source.audit().head()).size;
    this.#deaf = this.#source.nudges(() => this.#wake());
  }

  close(): void {
    this.#isClosed = true;
    this.#deaf?.();
    this.#cancel?.();
    this.#listeners.clear();
  }

  /** The position behind the newest entry that was read. */
  get end(): number {
    return this.#end;
  }

  /** Calls back when there is more. Returns the way to stop. */
  follow(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Entries from a position on, at most a page; empty at the end. */
  async from(seq: number): Promise<readonly EventFrame[]> {
    const first = this.#frames[0]?.seq ?? this.#end;
    if (seq >= this.#end) return [];
    if (seq >= first) return this.#frames.slice(seq - first, seq - first + PAGE);
    // Past the first frame, too: a page that ends there would look like the last.
    return this.#read(seq, Math.min(seq + PAGE, this.#end));
  }

  /** The same of one run, from the positions of its entries alone. */
  async ofRun(run: RunId, seq: number): Promise<readonly EventFrame[]> {
    const first = this.#frames[0]?.seq ?? this.#end;
    if (seq >= first) return this.#frames.filter((frame) => frame.seq >= seq && frame.run === run).slice(0, PAGE);
    const positions = (await this.#source.audit().positions(run)).filter((at) => at >= seq && at < this.#end);
    const found: EventFrame[] = [];
    for (const at of positions.slice(0, PAGE)) found.push(...(await this.#read(at, at + 1)));
    return found;
  }

  /** Messages of frames that follow each other, as one piece. */
  joined(frames: readonly EventFrame[]): Buffer {
    const [from, to] = [frames[0]?.seq ?? 0, frames.at(-1)?.seq ?? 0];
    if (this.#joined?.from === from && this.#joined.to === to) return this.#joined.bytes;
    const bytes = Buffer.concat(frames.map(({ message }) => message));
    if (to - from === frames.length - 1) this.#joined = { from, to, bytes };
    return bytes;
  }

  /** Reads up to the newest entry: for who asks once, and has just changed something. */
  async catchUp(): Promise<void> {
    this.#isDue = true;
    this.#reading ??= this.#readOn();
    await this.#reading;
  }

  #wake(afterMs = TOGETHER_MS): void {
    this.#isDue = true;
    if (this.#isClosed || this.#reading !== null || this.#cancel !== null) return;
    this.#cancel = this.#source.clock.after(durationMs(afterMs), () => {
      this.#cancel = null;
      void this.#caughtUp();
    });
  }

  /** Who asks for entries is told that they cannot be read; those who only follow wait until they can. */
  async #caughtUp(): Promise<void> {
    try {
      await this.catchUp();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (!this.#isClosed) this.#wake(AGAIN_MS);
    }
  }

  async #readOn(): Promise<void> {
    try {
      while (this.#isDue) {
        this.#isDue = false;
        const { size } = await this.#source.audit().head();
        const fresh = size > this.#end ? await this.#read(this.#end, size) : [];
        this.#frames.push(...fresh);
        this.#end += fresh.length;
        if (this.#frames.length > KEPT) this.#frames.splice(0, this.#frames.length - KEPT);
        if (fresh.length > 0) for (const listener of this.#listeners) listener();
      }
    } finally {
      this.#reading = null;
    }
  }

  async #read(from: number, to: number): Promise<readonly EventFrame[]> {
    const found: EventFrame[] = [];
    const { log, audit } = this.#source;
    for await (const lines of audit().lines(from, to)) found.push(...lines.map((line) => eventFrame(log, line)));
    return found;
  }
}

import type { EventDocument } from "@writ/api/contract/event";
import { now } from "../system/clock.ts";
import { lived, type Live, type LiveHappening } from "./live-state.ts";

/** Lists are painted at most this often while facts pour in. */
const BATCH_MS = 250;

type Listener = () => void;
/** What came at once; `null` after a gap, when nothing that is shown can be trusted to be whole. */
export type Batch = readonly EventDocument[] | null;

/**
 * The event stream of all runs, from a position on. It opens again by itself
 * from the position it has seen, so nothing is missed and nothing repeats.
 */
export class LiveStream {
  #live: Live = { state: { kind: "connecting" }, position: -1, missed: 0 };
  #source: EventSource | null = null;
  #retry: number | undefined;
  #flush: number | undefined;
  #batch: EventDocument[] = [];
  #gap: "none" | "gap" = "none";
  readonly #listeners = new Set<Listener>();
  readonly #onBatch: (batch: Batch) => void;
  readonly #onLost: () => void;

  /** @param onLost called at each failure: a stream does not say why it ended, and a login may have run out */
  constructor(onBatch: (batch: Batch) => void, onLost: () => void) {
    this.#onBatch = onBatch;
    this.#onLost = onLost;
  }

  readonly subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): Live => this.#live;

  /** @param position what is shown already; the stream begins behind it */
  start(position: number): void {
    if (this.#source !== null) return;
    this.#tell({ type: "arrived", position });
    this.#open();
  }

  readonly tryNow = (): void => {
    window.clearTimeout(this.#retry);
    this.#source?.close();
    this.#open();
  };

  readonly gapRead = (): void => this.#tell({ type: "gap_read" });

  stop(): void {
    window.clearTimeout(this.#retry);
    window.clearTimeout(this.#flush);
    this.#flush = undefined;
    this.#source?.close();
    this.#source = null;
  }

  #open(): void {
    const source = new EventSource(`/events?after=${this.#live.position}`);
    this.#source = source;
    source.addEventListener("open", () => this.#tell({ type: "opened" }));
    source.addEventListener("message", ({ data }: MessageEvent<unknown>) => this.#arrived(data));
    source.addEventListener("gap", ({ data }: MessageEvent<unknown>) => this.#gapped(data));
    source.addEventListener("error", () => this.#failed(source));
  }

  #arrived(data: unknown): void {
    const event: unknown = JSON.parse(String(data));
    if (!isEvent(event) || Number(event.id) <= this.#live.position) return;
    this.#tell({ type: "arrived", position: Number(event.id) });
    this.#batch.push(event);
    this.#later();
  }

  #gapped(data: unknown): void {
    const gap: unknown = JSON.parse(String(data));
    if (!isGap(gap)) return;
    this.#tell({ type: "gap", from: gap.from, to: gap.to });
    this.#gap = "gap";
    this.#later();
  }

  #later(): void {
    this.#flush ??= window.setTimeout(() => {
      this.#flush = undefined;
      const batch = this.#gap === "gap" ? null : this.#batch;
      this.#batch = [];
      this.#gap = "none";
      this.#onBatch(batch);
    }, BATCH_MS);
  }

  /** The browser's own retrying knows no status and gives up on some; this one says when it tries next. */
  #failed(source: EventSource): void {
    source.close();
    if (this.#source !== source) return;
    this.#tell({ type: "failed", at: now() });
    this.#onLost();
    const { state } = this.#live;
    if (state.kind !== "lost") return;
    this.#retry = window.setTimeout(() => this.#open(), Math.max(0, state.nextAt - now()));
  }

  #tell(happening: LiveHappening): void {
    const next = lived(this.#live, happening);
    if (next === this.#live) return;
    this.#live = next;
    for (const listener of this.#listeners) listener();
  }
}

function isEvent(value: unknown): value is EventDocument {
  return typeof value === "object" && value !== null && "id" in value && "data" in value;
}

function isGap(value: unknown): value is { readonly from: number; readonly to: number } {
  return (
    typeof value === "object" &&
    value !== null &&
    "from" in value &&
    "to" in value &&
    typeof value.from === "number" &&
    typeof value.to === "number"
  );
}

import type { DurationMs } from "@writ/core";

import type { Clock } from "../ports/clock.ts";
import type { Deliveries, Delivery, DeliveryCourse } from "../ports/deliveries.ts";
import type { Destination, SendOutcome } from "../ports/destination.ts";
import type { Entropy } from "../ports/entropy.ts";
import { Alarm } from "./alarm.ts";
import { bury } from "./bury.ts";
import { ATTEMPT_TIMEOUT, begun, concluded } from "./delivery-course.ts";
import { SideWork } from "./side-work.ts";

export interface CourierPorts {
  readonly deliveries: Deliveries;
  readonly destinations: readonly Destination[];
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Attempts under way at once, and those to one destination: one that hangs leaves room for the others. */
const MOST_UNDER_WAY = 4;
const MOST_TO_ONE = 2;
/** How long what ended is kept: a dead letter can be put back for so long. */
const KEPT_MS = 30 * 86_400_000;
const PURGE_EVERY_MS = 86_400_000;
/** How long it is until rows that could not be read or written are looked for again. */
const AGAIN_MS = 60_000;

/**
 * Brings what is queued to where it is to go. There is one timer, for what is due next; nothing waits for an attempt
 * but the end of the process, and that not long.
 */
export class Courier {
  readonly #ports: CourierPorts;
  readonly #byName: ReadonlyMap<string, Destination>;
  /** Attempts under way to each destination. */
  readonly #underWay = new Map<string, number>();
  readonly #work = new SideWork();
  readonly #alarm: Alarm;
  readonly #cut = new AbortController();
  #isLooking = false;
  /** Something changed while rows were looked at. */
  #isStale = false;
  #isStopped = false;
  #purgedAt = Number.NEGATIVE_INFINITY;

  constructor(ports: CourierPorts) {
    this.#ports = ports;
    this.#alarm = new Alarm(ports.clock, () => this.wake());
    this.#byName = new Map(ports.destinations.map((each) => [each.name, each]));
  }

  /** Something may be due. */
  wake(): void {
    if (this.#isStopped || this.#byName.size === 0) return;
    this.#isStale = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#work.begin(async () => {
      try {
        while (this.#isStale && !this.#isStopped) {
          this.#isStale = false;
          await this.#look();
        }
      } catch (error) {
        this.#alarm.set(this.#ports.clock.now() + AGAIN_MS);
        throw error;
      } finally {
        this.#isLooking = false;
      }
    });
  }

  /** Lets what is due be tried once, no longer than `patience`; then hangs up. What is left, the next process finds. */
  async stop(patience: DurationMs): Promise<void> {
    const { clock } = this.#ports;
    let cancel = (): void => undefined;
    const isOver = new Promise<void>((resolve) => {
      cancel = clock.after(patience, resolve);
    });
    await Promise.race([this.#work.settled(), isOver]);
    cancel();
    this.#isStopped = true;
    this.#alarm.stop();
    this.#cut.abort();
    await this.#work.settled();
  }

  async #look(): Promise<void> {
    const { deliveries, clock } = this.#ports;
    await this.#purge();
    const gone = new Set(
      (await deliveries.destinations()).flatMap(({ name, goneAt }) => (goneAt === null ? [] : [name])),
    );
    for (const destination of this.#byName.values()) {
      if (destination.unready !== null || gone.has(destination.name)) continue;
      const limit = this.#roomFor(destination.name);
      if (limit <= 0) continue;
      const rows = await deliveries.list({ destination: destination.name, state: "pending", order: "due", limit });
      const due = rows.filter(({ course }) => (course.nextAt ?? 0) <= clock.now());
      await this.#begin(destination, due);
      const next = rows.find((row) => !due.includes(row));
      if (next !== undefined) this.#alarm.set(next.course.nextAt ?? 0);
    }
  }

  #roomFor(name: string): number {
    const all = [...this.#underWay.values()].reduce((sum, count) => sum + count, 0);
    return Math.min(MOST_UNDER_WAY - all, MOST_TO_ONE - (this.#underWay.get(name) ?? 0));
  }

  async #begin(destination: Destination, due: readonly Delivery[]): Promise<void> {
    if (due.length === 0 || this.#isStopped) return;
    const now = this.#ports.clock.now();
    const rows = due.map((row) => ({ ...row, course: begun(row.course, now, this.#jitter()) }));
    await this.#ports.deliveries.change(rows.map(({ id, course: to }) => ({ id, from: "pending", to })));
    for (const row of rows) {
      if (row.course.state !== "pending") this.#isStale = true;
      else this.#work.begin(() => this.#attempt(destination, row));
    }
  }

  async #attempt(destination: Destination, row: Delivery): Promise<void> {
    const { name } = destination;
    this.#underWay.set(name, (this.#underWay.get(name) ?? 0) + 1);
    try {
      const outcome = await this.#sent(destination, row);
      const course = concluded(row.course, outcome, this.#ports.clock.now(), this.#jitter());
      await this.#write(row, course, outcome);
    } finally {
      this.#underWay.set(name, (this.#underWay.get(name) ?? 1) - 1);
      this.wake();
    }
  }

  /** Ends in time even where the destination does not. */
  async #sent(destination: Destination, row: Delivery): Promise<SendOutcome> {
    const { clock } = this.#ports;
    const late = new AbortController();
    const cancel = clock.after(ATTEMPT_TIMEOUT, () => late.abort());
    try {
      const outcome = await destination.send(row, AbortSignal.any([late.signal, this.#cut.signal]));
      const isCut = outcome.kind === "failed" && (late.signal.aborted || this.#cut.signal.aborted);
      return isCut ? { ...outcome, error: late.signal.aborted ? "timeout" : "interrupted" } : outcome;
    } finally {
      cancel();
    }
  }

  async #write(row: Delivery, to: DeliveryCourse, outcome: SendOutcome): Promise<void> {
    const { deliveries, clock } = this.#ports;
    await deliveries.change([{ id: row.id, from: "pending", to }]);
    if (outcome.kind !== "gone") return;
    await deliveries.markGone(row.destination, clock.now());
    await bury(deliveries, { destination: row.destination, keep: 0, reason: "gone" }, clock.now());
  }

  async #purge(): Promise<void> {
    const now = this.#ports.clock.now();
    if (now - this.#purgedAt < PURGE_EVERY_MS) return;
    this.#purgedAt = now;
    await this.#ports.deliveries.purge(now - KEPT_MS);
  }

  #jitter(): number {
    return Buffer.from(this.#ports.entropy.bytes(4)).readUInt32BE(0) / 2 ** 32;
  }
}

import { deriveId, epochMs, type Hasher } from "@writ/core";

import type { Clock } from "../ports/clock.ts";
import type { Delivery, DestinationState } from "../ports/deliveries.ts";
import type { Destination } from "../ports/destination.ts";
import type { Notice, Notifier } from "../ports/notifier.ts";
import type { LogLine, Store } from "../ports/store.ts";
import { Alarm } from "./alarm.ts";
import { bury } from "./bury.ts";
import { queuedCourse } from "./delivery-course.ts";
import { registered } from "./register-destinations.ts";
import { SideWork } from "./side-work.ts";
import { eventBody, eventOf } from "./notice-event.ts";
import { noticesIn, TOLD_FACTS, type HeardNotice } from "./notices-in.ts";

export interface TellingPorts {
  readonly store: Pick<Store, "log" | "audit" | "deliveries">;
  readonly clock: Clock;
  readonly hash: Hasher;
  /** Told as it happens, by this process alone; what they do not take is lost. */
  readonly notifiers: readonly Notifier[];
  /** Told until they take it, by whichever process works here. */
  readonly destinations: readonly Pick<Destination, "name" | "fingerprint" | "events">[];
  /** Called after rows were queued. */
  readonly onQueued: () => void;
}

/** An entry of which only the kinds of its facts are known: what they say is read in the log. */
interface HeardEntry {
  /** Position in the log. */
  readonly seq: number;
  readonly facts: readonly { readonly type: string }[];
}

/** What may wait for one destination; older rows are given up. */
const MOST_PENDING = 10_000;
/** How far the log may be read without anything to tell before that is written down. */
const LONGEST_SILENCE = 512;
/** How long it is until what could not be queued is looked for again. */
const AGAIN_MS = 60_000;

/**
 * Finds in the log what people are to hear of, and queues it for each destination. How far it has read is kept with
 * what it queued, in one transaction: what a process that died had not queued yet, the next one finds.
 *
 * It stands beside the work: nothing waits for it, and what it cannot write it reads again later.
 */
export class Telling {
  readonly #ports: TellingPorts;
  /** Entries below this were read. */
  #position = 0;
  /** Entries below this are to be read. */
  #heard = 0;
  /** Entries below this were there before this process: its notifiers are not told of them. */
  #begun = 0;
  #isReading = false;
  #isStopped = false;
  readonly #work = new SideWork();
  readonly #again: Alarm;

  constructor(ports: TellingPorts) {
    this.#ports = ports;
    this.#again = new Alarm(ports.clock, () => this.#readOn());
  }

  /** Reads on from where each destination was; one that is new begins with what happens from now on. */
  async begin(): Promise<void> {
    this.#work.begin(() => this.#register());
    await this.settled();
  }

  /** An entry became durable. */
  noticed({ seq, facts }: HeardEntry): void {
    const { notifiers, destinations } = this.#ports;
    const isHeard = notifiers.length + destinations.length > 0 && !this.#isStopped;
    if (!isHeard || !facts.some(({ type }) => TOLD_FACTS.has(type))) return;
    this.#heard = Math.max(this.#heard, seq + 1);
    this.#readOn();
  }

  /** A request waits longer than it should. Told once for good, whichever process sees it first. */
  escalated(notice: Extract<Notice, { type: "approval_escalated" }>): void {
    this.#work.begin(() => this.#escalate(notice));
  }

  /** How often something could not be queued or told. */
  get failures(): number {
    return this.#work.failures;
  }

  /** Resolves when what was noticed so far is queued and told, or could not be. */
  async settled(): Promise<void> {
    await this.#work.settled();
  }

  /** Nothing is heard after this; what was heard before is queued. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#again.stop();
    await this.settled();
  }

  async #register(): Promise<void> {
    const { store, destinations, clock } = this.#ports;
    const { size } = await store.audit.head();
    this.#begun = size;
    this.#position = size;
    this.#heard = size;
    const states = await registered(store.deliveries, destinations, { size, now: clock.now() });
    this.#position = Math.min(size, ...states.map(({ position }) => position));
    this.#readOn();
  }

  #readOn(): void {
    if (this.#isReading || this.#position >= this.#heard) return;
    this.#isReading = true;
    this.#work.begin(async () => {
      try {
        await this.#read();
      } catch (error) {
        this.#again.set(this.#ports.clock.now() + AGAIN_MS);
        throw error;
      } finally {
        this.#isReading = false;
      }
    });
  }

  async #read(): Promise<void> {
    while (this.#position < this.#heard) {
      const { audit } = this.#ports.store;
      for await (const lines of audit.lines(this.#position, this.#heard)) {
        const last = lines.at(-1);
        if (last === undefined) return;
        await this.#take(lines, last.seq + 1);
        this.#position = last.seq + 1;
      }
    }
  }

  async #take(lines: readonly LogLine[], position: number): Promise<void> {
    const heard = lines.flatMap((line) => noticesIn(line).map((each) => ({ ...each, seq: line.seq })));
    if (this.#ports.destinations.length > 0 && (heard.length > 0 || lines.length >= LONGEST_SILENCE))
      await this.#queue(heard, position, null);
    for (const { notice } of heard.filter(({ seq }) => seq >= this.#begun)) this.#notify(notice);
  }

  async #escalate(notice: Extract<Notice, { type: "approval_escalated" }>): Promise<void> {
    const at = this.#ports.clock.now();
    const heard = { id: `${notice.approval}-escalated`, at: epochMs(at), notice, seq: Number.POSITIVE_INFINITY };
    if (await this.#queue([heard], null, { notice: `escalated ${notice.approval}`, atMs: at })) this.#notify(notice);
  }

  /** @param position null where this is no part of reading the log */
  async #queue(
    heard: readonly (HeardNotice & { readonly seq: number })[],
    position: number | null,
    claim: { readonly notice: string; readonly atMs: number } | null,
  ): Promise<boolean> {
    const { store, clock, onQueued } = this.#ports;
    const states = await store.deliveries.destinations();
    const wanted = states.map((state) => ({ state, heard: heard.filter((each) => this.#isWanted(each, state)) }));
    const deliveries = wanted.flatMap(({ state, heard }) =>
      state.goneAt === null ? heard.map((each) => this.#deliveryOf(each, state.name)) : [],
    );
    const progress = wanted.map(({ state, heard }) => ({
      name: state.name,
      position: position ?? 0,
      skipped: state.goneAt === null ? 0 : heard.length,
    }));
    const isFirst = await store.deliveries.queue({ deliveries, progress, claim });
    for (const destination of new Set(deliveries.map((each) => each.destination)))
      await bury(store.deliveries, { destination, keep: MOST_PENDING, reason: "overflow" }, clock.now());
    if (deliveries.length > 0) onQueued();
    return isFirst;
  }

  #isWanted({ notice, seq }: HeardNotice & { readonly seq: number }, { name, position }: DestinationState): boolean {
    const destination = this.#ports.destinations.find((each) => each.name === name);
    return seq >= position && destination?.events.has(eventOf(notice)) === true;
  }

  #deliveryOf(heard: HeardNotice, destination: string): Delivery {
    const { store, hash, clock } = this.#ports;
    const now = clock.now();
    const { id: log, origin } = store.log;
    return {
      id: deriveId(hash, "message", heard.at, { log, destination, notice: heard.id }),
      destination,
      event: eventOf(heard.notice),
      body: eventBody(origin, heard),
      createdAt: now,
      course: queuedCourse(now),
    };
  }

  #notify(notice: Notice): void {
    for (const notifier of this.#ports.notifiers) this.#work.begin(() => notifier.notify(notice));
  }
}

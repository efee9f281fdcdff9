import { once } from "node:events";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setImmediate as turn } from "node:timers/promises";

import type { LogLine } from "@writ/runtime";
import { runNumber } from "@writ/testkit/contracts/store-drafts";
import { SteppedClock } from "@writ/testkit/stepped-clock";
import fc from "fast-check";
import { expect, test } from "vitest";

import { EventHub } from "./event-hub.ts";
import { EventStream, type StreamWish } from "./event-stream.ts";
import { taskStream } from "./routes/events.ts";

const RUN = runNumber(1);
const OTHER = runNumber(2);
const IS_LONG = process.env["WRIT_LONG"] === "1";
const LIMIT = { timeout: IS_LONG ? 6 * 3_600_000 : 20_000 };

/** A log in memory, a hub over it, and streams to real sockets. */
class Scene implements AsyncDisposable {
  readonly clock = new SteppedClock();
  readonly hub: EventHub;
  readonly #lines: LogLine[] = [];
  readonly #server: Server;
  readonly #responses = new Set<ServerResponse>();
  #nudged: () => void = () => undefined;

  /** While it is, nobody can read the log. */
  isUnreadable = false;

  constructor(wish: (path: string) => StreamWish, stillMay = async () => true) {
    const lines = this.#lines;
    const audit = {
      head: async () => {
        if (this.isUnreadable) throw new Error("the log cannot be read");
        return { size: lines.length, frontier: [] };
      },
      lines: async function* (from: number, to: number) {
        yield lines.slice(from, to);
      },
      positions: async (run: string | null) => lines.filter((line) => line.run === run).map(({ seq }) => seq),
    };
    const nudges = (listener: () => void) => {
      this.#nudged = listener;
      return () => undefined;
    };
    this.hub = new EventHub({ log: "log_x", audit: () => audit, nudges, clock: this.clock });
    this.#server = createServer((asked, response) => {
      const setting = { hub: this.hub, clock: this.clock, stillMay };
      response.writeHead(200).flushHeaders();
      this.#responses.add(response);
      void new EventStream(setting, response, wish(asked.url ?? "")).send();
    });
  }

  /** Bytes this process holds for readers that have not taken them. */
  get held(): number {
    return [...this.#responses].reduce((sum, { writableLength }) => sum + writableLength, 0);
  }

  async listen(): Promise<void> {
    await this.hub.open();
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  append(count: number, run = RUN, filler = "", fact = "note"): void {
    for (let at = 0; at < count; at += 1) {
      const seq = this.#lines.length;
      const bytes = JSON.stringify({ at_ms: seq, actor: {}, input: { type: "x" }, facts: [{ type: fact, filler }] });
      this.#lines.push({ seq, run, version: seq + 1, bytes });
    }
    this.#nudged();
    this.clock.pass(20);
  }

  async reader(path: string): Promise<Reader> {
    const address = this.#server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const asked = request({ host: "127.0.0.1", port, path, agent: false });
    asked.end();
    const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
    asked.once("response", resolve);
    asked.on("error", () => undefined);
    return new Reader(await promise, () => asked.destroy());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await turn();
  }
}

class Reader {
  readonly positions: number[] = [];
  readonly gaps: (readonly [from: number, to: number])[] = [];
  readonly response: IncomingMessage;
  readonly leave: () => void;
  isOver = false;
  #rest = "";

  constructor(response: IncomingMessage, leave: () => void) {
    this.response = response;
    this.leave = leave;
    response.on("data", (part: Buffer) => this.#take(part.toString()));
    response.on("close", () => (this.isOver = true));
    response.on("error", () => undefined);
  }

  get next(): number {
    return Math.max(this.positions.at(-1) ?? -1, this.gaps.at(-1)?.[1] ?? -1) + 1;
  }

  async until(holds: () => boolean): Promise<void> {
    for (let turns = 0; !holds(); turns += 1) {
      if (turns > 200_000) throw new TypeError(`waited in vain at ${this.next}`);
      await turn();
    }
  }

  #take(text: string): void {
    const messages = (this.#rest + text).split("\n\n");
    this.#rest = messages.pop() ?? "";
    for (const message of messages) {
      const id = Number(/^id: (\d+)$/m.exec(message)?.[1]);
      const gap = /^event: gap\ndata: \{"from":(\d+),"to":(\d+)\}$/m.exec(message);
      if (gap !== null) {
        if (id !== Number(gap[2])) throw new TypeError(`a gap to ${gap[2]} under ${id}`);
        this.gaps.push([Number(gap[1]), Number(gap[2])]);
      } else if (!message.startsWith(":")) this.positions.push(id);
    }
  }
}

test("4.1-11 whoever does not read while more than 2,000 entries come is told which, and goes on; little is held for them", async () => {
  await using scene = new Scene(() => ({ from: 0, run: null }));
  scene.append(3);
  await scene.listen();
  const reader = await scene.reader("/");
  await reader.until(() => reader.next === 3);
  reader.response.pause();
  let held = 0;
  const filler = "x".repeat(8_000);
  for (let batch = 0; batch < 30; batch += 1) {
    scene.append(200, RUN, filler);
    await turn();
    await turn();
    held = Math.max(held, scene.held);
  }
  reader.response.resume();
  await reader.until(() => reader.next === 6_003);
  scene.append(5);
  await reader.until(() => reader.next === 6_008);
  expect(reader.gaps.length).toBeGreaterThan(0);
  for (const [from, to] of reader.gaps) expect(to - from).toBeGreaterThanOrEqual(2_000);
  const left = reader.gaps.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at));
  expect([...reader.positions, ...left].toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 6_008 }, (_, at) => at),
  );
  // One page of what is 48 MB in all; the rest waits in the log.
  expect(held).toBeGreaterThan(0);
  expect(held).toBeLessThan(5_000_000);
});

test("4.1-11 a run's stream leaves nothing out, however slow, and ends with the run", async () => {
  await using scene = new Scene((path) => ({ from: 0, run: path === "/run" ? RUN : null }));
  scene.append(2);
  await scene.listen();
  const reader = await scene.reader("/run");
  await reader.until(() => reader.next === 2);
  reader.response.pause();
  scene.append(2_500, OTHER, "x".repeat(3_000));
  scene.append(40, RUN, "x".repeat(3_000));
  scene.append(2_500, OTHER, "x".repeat(3_000));
  scene.append(1, RUN, "", "run_ended");
  scene.append(3, RUN);
  reader.response.resume();
  await reader.until(() => reader.isOver);
  expect(reader.gaps).toEqual([]);
  expect(reader.positions).toHaveLength(2 + 40 + 1);
  expect(reader.positions.at(-1)).toBe(2 + 2_500 + 40 + 2_500);
});

test("4.1-11 of a task that ended a moment ago all is told; there is nothing only for who has all of it", async () => {
  const lines: LogLine[] = [];
  const audit = {
    head: async () => ({ size: lines.length, frontier: [] }),
    lines: async function* (from: number, to: number) {
      yield lines.slice(from, to);
    },
    positions: async (run: string | null) => lines.filter((line) => line.run === run).map(({ seq }) => seq),
  };
  // Its clock stands still: what is written is read only by who asks for it.
  const hub = new EventHub({
    log: "log_x",
    audit: () => audit,
    nudges: () => () => undefined,
    clock: new SteppedClock(),
  });
  await hub.open();
  for (const [seq, type] of ["note", "note", "run_ended"].entries()) {
    const bytes = JSON.stringify({ at_ms: seq, actor: {}, input: { type: "x" }, facts: [{ type }] });
    lines.push({ seq, run: RUN, version: seq + 1, bytes });
  }
  const ports = { events: hub, desk: { store: { views: { run: async () => ({ ended_at_ms: 5 }) } } } };
  expect(await taskStream(ports, RUN, 2)).toEqual({ kind: "nothing" });
  for (const after of [-1, 0, 1])
    expect(await taskStream(ports, RUN, after)).toEqual({ kind: "stream", wish: { from: after + 1, run: RUN } });
});

test("4.1-11 what cannot be read for a moment is told later, and a right that cannot be looked up is none", async () => {
  const rights = { isKnown: true };
  await using scene = new Scene(
    () => ({ from: 0, run: null }),
    async () => {
      if (!rights.isKnown) throw new Error("the tokens cannot be read");
      return true;
    },
  );
  await scene.listen();
  const reader = await scene.reader("/");
  scene.append(2);
  await reader.until(() => reader.next === 2);
  scene.isUnreadable = true;
  scene.append(2);
  for (let turns = 0; turns < 50; turns += 1) await turn();
  expect(reader.next).toBe(2);
  scene.isUnreadable = false;
  scene.clock.pass(1_000);
  await reader.until(() => reader.next === 4);
  rights.isKnown = false;
  scene.clock.pass(3_000);
  await reader.until(() => reader.isOver);
  expect(reader.positions).toEqual([0, 1, 2, 3]);
});

type Happening = readonly [does: "append" | "pause" | "go on" | "leave" | "level", count: number];

/** Somebody who is level sleeps over more than their socket holds. */
const FALLS_BEHIND: Happening[] = [
  ["append", 5],
  ["level", 0],
  ["pause", 0],
  ...Array.from({ length: 6 }, (): Happening => ["append", 900]),
  ["go on", 0],
];

test(
  "whatever comes whenever, breaks and slow readers included: each position once, or named as left out",
  LIMIT,
  async () => {
    const premises = { gap: 0, back: 0, old: 0 };
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.tuple(fc.constant("append" as const), fc.integer({ min: 1, max: 900 })) },
      {
        weight: 2,
        arbitrary: fc.tuple(
          fc.constantFrom("pause" as const, "go on" as const, "leave" as const, "level" as const),
          fc.constant(0),
        ),
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1_500),
        fc.array<Happening>(step, { minLength: 6, maxLength: 14, size: "max" }),
        async (old, schedule) => {
          let from = 0;
          await using scene = new Scene(() => ({ from, run: null }));
          scene.append(old, RUN, "x".repeat(2_000));
          await scene.listen();
          const readers = [await scene.reader("/")];
          const told = (): readonly number[] => readers.flatMap(({ positions }) => positions);
          const gaps = () => readers.flatMap((reader) => reader.gaps);
          for (const [does, count] of schedule) {
            const reader = readers.at(-1);
            if (does === "append") scene.append(count, RUN, "x".repeat(4_000));
            if (does === "pause") reader?.response.pause();
            if (does === "go on") reader?.response.resume();
            if (does === "level" && reader?.response.isPaused() === false) {
              await scene.hub.catchUp();
              await reader.until(() => Math.max(from, reader.next) === scene.hub.end);
            }
            if (does === "leave" && reader !== undefined) {
              reader.leave();
              await reader.until(() => reader.isOver);
              from = Math.max(from, reader.next);
              premises.back += 1;
              readers.push(await scene.reader("/"));
            }
            await turn();
          }
          readers.at(-1)?.response.resume();
          const end = scene.hub.end;
          await scene.hub.catchUp();
          const size = scene.hub.end;
          expect(size).toBeGreaterThanOrEqual(end);
          await readers.at(-1)?.until(() => Math.max(from, readers.at(-1)?.next ?? 0) === size);
          const left = gaps().flatMap(([first, to]) => Array.from({ length: to - first + 1 }, (_, at) => first + at));
          premises.gap += gaps().length;
          if (old > 0) premises.old += 1;
          expect(told()).toEqual(told().toSorted((a, b) => a - b));
          expect([...told(), ...left].toSorted((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, at) => at));
        },
      ),
      { numRuns: IS_LONG ? 5_000 : 40, examples: [[0, FALLS_BEHIND]] },
    );
    expect(premises.back).toBeGreaterThan(8);
    expect(premises.old).toBeGreaterThan(25);
    expect(premises.gap).toBeGreaterThan(0);
  },
);

import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { inFolder } from "./folder.ts";
import { served, type Served } from "./served.ts";

const READERS = 200;
const APPROVALS_A_SECOND = 50;
const SECONDS = 60;
const STEPS_A_RUN = 20;
const READS_A_SECOND = 50;
const SLOW_SOCKETS = 500;
const HEALTHY_ASKS = 300;

/** What a minute of readers and approvals came to. */
export interface LoadFigures {
  /** Of requests that read, 99th percentile, in milliseconds. */
  readonly readP99Ms: number;
  /** From an approval's answer to its entry at the slowest reader, 99th percentile, in milliseconds. */
  readonly approvals: number;
  /** Positions that some reader missed or was sent twice. */
  readonly faults: number;
  readonly events: number;
}

let minute: Promise<LoadFigures> | undefined;

/** One minute for all rows that tell of it. */
export function loadMinute(): Promise<LoadFigures> {
  minute ??= inFolder(async (folder) => {
    const server = await served(folder);
    try {
      return await underLoad(server);
    } finally {
      await server.end();
    }
  });
  return minute;
}

async function underLoad(server: Served): Promise<LoadFigures> {
  const approvals = await prepared(server);
  const readers = await Promise.all(Array.from({ length: READERS }, () => Reader.open(server)));
  const reads: number[] = [];
  const until = performance.now() + SECONDS * 1_000;
  const reading = readOn(server, reads, until);
  let granted = 0;
  const asked: Promise<void>[] = [];
  for (const [at, id] of approvals.entries()) {
    const due = until - SECONDS * 1_000 + (at * 1_000) / APPROVALS_A_SECOND;
    if (due > until) break;
    await sleep(Math.max(0, due - performance.now()));
    asked.push(
      server.ask("POST", `/approvals/${id}/approve`, {}).then(({ status, text }) => {
        if (status !== 200) throw new Error(`an approval was answered with ${status}: ${text.slice(0, 200)}`);
        granted += 1;
      }),
    );
  }
  await Promise.all(asked);
  await reading;
  const { items } = JSON.parse((await server.ask("GET", "/tasks?limit=1")).text);
  if (items.length === 0) throw new Error("the server lost its tasks");
  const end = JSON.parse((await server.ask("GET", "/me")).text).workspace.position - 1;
  await Promise.race([Promise.all(readers.map((reader) => reader.reached(end))), sleep(10_000)]);
  const faults = readers.reduce((sum, reader) => sum + reader.faults + (reader.last < end ? end - reader.last : 0), 0);
  const events = readers.reduce((sum, reader) => sum + reader.count, 0);
  for (const reader of readers) reader.close();
  return { readP99Ms: percentile(reads, 0.99), approvals: granted, faults, events };
}

/** Runs whose steps all wait for a person. */
async function prepared(server: Served): Promise<readonly string[]> {
  const runs = Math.ceil((APPROVALS_A_SECOND * SECONDS) / STEPS_A_RUN);
  for (let run = 0; run < runs; run += 1) {
    const steps = Array.from({ length: STEPS_A_RUN }, (_, step) => ({
      id: `write_${step}`,
      tool: "files.write",
      params: { path: `out/${run}-${step}.txt`, content: `${run} ${step}\n` },
      approval_mode: "local_write",
    }));
    const plan = { intent: "bench.load", steps, decision_checkpoints: [] };
    const made = await server.ask("POST", "/tasks", { plan });
    if (made.status !== 201) throw new Error(`a task was answered with ${made.status}: ${made.text.slice(0, 300)}`);
    await server.ask("POST", `/tasks/${JSON.parse(made.text).id}/run`, {});
  }
  const ids: string[] = [];
  while (ids.length < runs * STEPS_A_RUN) {
    ids.length = 0;
    for (let cursor: string | null = ""; cursor !== null;) {
      const page = await server.ask("GET", `/approvals?limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`);
      const { items, next_cursor: next } = JSON.parse(page.text);
      ids.push(...items.map((item: { approval_id: string }) => item.approval_id));
      cursor = next;
    }
    await sleep(200);
  }
  return shuffled(ids);
}

/** Looks at tasks and requests, as dashboards do. */
async function readOn(server: Served, reads: number[], until: number): Promise<void> {
  const { items } = JSON.parse((await server.ask("GET", "/approvals?limit=200")).text);
  const paths = [
    "/tasks?limit=20",
    "/approvals?limit=20",
    ...items
      .slice(0, 20)
      .flatMap((item: { approval_id: string; run_id: string }) => [
        `/approvals/${item.approval_id}`,
        `/tasks/${item.run_id}`,
      ]),
  ];
  const asked: Promise<void>[] = [];
  for (let at = 0; performance.now() < until; at += 1) {
    const path = paths[at % paths.length] ?? "/health";
    const began = performance.now();
    asked.push(server.ask("GET", path).then(() => void reads.push(performance.now() - began)));
    await sleep(1_000 / READS_A_SECOND);
  }
  await Promise.all(asked);
}

/** One stream of all events: counts them, and notes where a position is not the next one. */
class Reader {
  last = -1;
  count = 0;
  faults = 0;
  #rest = "";
  #waiting: { readonly end: number; readonly done: () => void } | null = null;
  readonly #close: () => void;

  private constructor(close: () => void) {
    this.#close = close;
  }

  static async open({ port, token }: Served): Promise<Reader> {
    const { promise, resolve, reject } = Promise.withResolvers<Reader>();
    const headers = { authorization: `Bearer ${token}`, accept: "text/event-stream" };
    const sent = request({ agent: false, host: "127.0.0.1", port, path: "/events", headers }, (response) => {
      const reader = new Reader(() => response.destroy());
      response.setEncoding("latin1");
      response.on("data", (part: string) => reader.#take(part));
      response.on("error", () => undefined);
      resolve(reader);
    });
    sent.on("error", reject);
    sent.end();
    return promise;
  }

  reached(end: number): Promise<void> {
    if (this.last >= end) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting = { end, done: resolve };
    return promise;
  }

  close(): void {
    this.#close();
  }

  #take(part: string): void {
    const text = this.#rest + part;
    const whole = text.lastIndexOf("\n\n") + 2;
    this.#rest = whole < 2 ? text : text.slice(whole);
    for (const [, id] of whole < 2 ? [] : text.slice(0, whole).matchAll(/^id: (\d+)$/gm)) {
      const seq = Number(id);
      if (this.last !== -1 && seq !== this.last + 1) this.faults += 1;
      this.last = seq;
      this.count += 1;
    }
    if (this.#waiting !== null && this.last >= this.#waiting.end) this.#waiting.done();
  }
}

/** What a healthy request takes while sockets are held open that send a letter now and then; 99th percentile, in milliseconds. */
export function beside500SlowSockets(): Promise<number> {
  return inFolder(async (folder) => {
    const server = await served(folder);
    const sockets: Socket[] = [];
    try {
      for (let at = 0; at < SLOW_SOCKETS; at += 1) {
        const socket = connect(server.port, "127.0.0.1");
        socket.on("error", () => undefined);
        socket.write(`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nX-Slow: `);
        sockets.push(socket);
      }
      const letters = setInterval(() => sockets.forEach((socket) => socket.writable && socket.write("a")), 500);
      await sleep(500);
      const took: number[] = [];
      for (let at = 0; at < HEALTHY_ASKS; at += 1) {
        const began = performance.now();
        const { status } = await server.ask("GET", at % 2 === 0 ? "/health" : "/tasks");
        if (status !== 200) throw new Error(`a healthy request was answered with ${status}`);
        took.push(performance.now() - began);
        await sleep(5);
      }
      clearInterval(letters);
      return percentile(took, 0.99);
    } finally {
      for (const socket of sockets) socket.destroy();
      await server.end();
    }
  });
}

function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** In an order of its own, the same each time. */
function shuffled(ids: readonly string[]): readonly string[] {
  return ids.toSorted((a, b) => (a.slice(-6) < b.slice(-6) ? -1 : 1));
}

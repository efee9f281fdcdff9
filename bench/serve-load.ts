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
  const asked: Promise<string>[] = [];
  for (const [at, id] of approvals.entries()) {
    const due = until - SECONDS * 1_000 + (at * 1_000) / APPROVALS_A_SECOND;
    if (due > until) break;
    await sleep(Math.max(0, due - performance.now()));
    asked.push(
      server.client.call("approve", { params: { id }, body: {} }).then(({ approval }) => {
        granted += 1;
        return approval.approval_id;
      }),
    );
  }
  await Promise.all(asked);
  await reading;
  const end = (await server.client.call("get_me", {})).workspace.position - 1;
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
    const { id } = await server.client.call("create_task", {
      body: { plan: { intent: "bench.load", steps, decision_checkpoints: [] } },
    });
    await server.client.call("run_task", { params: { id }, body: {} });
  }
  let ids: readonly string[] = [];
  while (ids.length < runs * STEPS_A_RUN) {
    ids = await waiting(server);
    await sleep(200);
  }
  return shuffled(ids);
}

async function waiting({ client }: Served): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.call("list_approvals", { query: cursor === undefined ? {} : { cursor } });
    ids.push(...page.items.map((item) => item.approval_id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return ids;
}

/** Looks at tasks and requests, as dashboards do. */
async function readOn(server: Served, reads: number[], until: number): Promise<void> {
  const { client } = server;
  const { items } = await client.call("list_approvals", { query: {} });
  const looks = [
    () => client.call("list_tasks", { query: { limit: "20" } }),
    () => client.call("list_approvals", { query: { limit: "20" } }),
    ...items
      .slice(0, 20)
      .flatMap(({ approval_id: id, run_id: run }) => [
        () => client.call("get_approval", { params: { id } }),
        () => client.call("get_task", { params: { id: run } }),
      ]),
  ];
  const asked: Promise<void>[] = [];
  for (let at = 0; performance.now() < until; at += 1) {
    const began = performance.now();
    const look = looks[at % looks.length];
    if (look !== undefined) asked.push(look().then(() => void reads.push(performance.now() - began)));
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
        if (at % 2 === 0) await server.client.call("get_health", {});
        else await server.client.call("list_tasks", { query: {} });
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

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { EventReader, type Gap } from "./event-reader.ts";
import { Served } from "./http.ts";
import { aStage, BRIEF, madeTask, restedTask, waitingApproval } from "./http-scenes.ts";
import { Workspace } from "./workspace.ts";

let served: Served;

beforeAll(async () => {
  const work = aStage();
  work.configure("serve: { requests_per_minute: 1000000, requests_per_minute_all: 1000000 }\n");
  served = await Served.over(work);
});
afterAll(() => served[Symbol.asyncDispose]());

async function size(): Promise<number> {
  return served.work.journalSize();
}

/** A few entries more: a task is made, paused by nobody, and cancelled. */
async function grow(): Promise<void> {
  const id = await madeTask(served);
  await served.done("cancel_task", { params: { id }, body: {} });
}

/** Positions told and positions named as left out, in their order: each once, none between them missing. */
function covered(positions: readonly number[], gaps: readonly Gap[]): readonly number[] {
  const left = gaps.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, at) => from + at));
  return [...positions, ...left].toSorted((a, b) => a - b);
}

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);

type Move = "grow" | "leave" | "pause" | "go on" | "read" | "page";

const IS_LONG = process.env["WRIT_LONG"] === "1";
/** A schedule that comes to no end is named, not left to the test's own limit. */
const RUN_MS = 20_000;
/** More than there is at first, so that streams begin at the start, and little enough to be read in a second however long the log has grown. */
const MOST_BACK = 1_500;

describe("event streams", () => {
  test(
    "any schedule of entries, breaks, slow reading and pages: each position once, none missing",
    { timeout: IS_LONG ? 6 * 3_600_000 : 60_000 },
    async () => {
      const premises = { resumed: 0, paused: 0, grown: 0, paged: 0 };
      const moves = fc.array(fc.constantFrom<Move>("grow", "grow", "leave", "pause", "go on", "read", "page"), {
        minLength: 7,
        maxLength: 10,
        size: "max",
      });
      await fc.assert(
        fc.asyncProperty(moves, fc.oneof(fc.nat(20), fc.nat(MOST_BACK)), async (schedule, back) => {
          const start = Math.max(0, (await size()) - back);
          const told: number[] = [];
          const gaps: Gap[] = [];
          let paged = start;
          const seenOnPages: number[] = [];
          let reader = await EventReader.of(
            served,
            "/events",
            start === 0 ? { query: "after=-1" } : { after: start - 1 },
          );
          // Who asks for what comes after the newest entry is told nothing, and misses nothing.
          const known = (): number => Math.max(start - 1, told.at(-1) ?? -1, gaps.at(-1)?.to ?? -1, reader.last);
          const leave = async (): Promise<void> => {
            reader.leave();
            await reader.ended;
            told.push(...reader.positions);
            gaps.push(...reader.gaps);
          };
          for (const move of schedule) {
            if (move === "grow") {
              await grow();
              premises.grown += 1;
            } else if (move === "leave") {
              await leave();
              const last = known();
              reader = await EventReader.of(served, "/events", last < 0 ? { query: "after=-1" } : { after: last });
              premises.resumed += 1;
            } else if (move === "pause") {
              reader.pause();
              premises.paused += 1;
            } else if (move === "go on") reader.goOn();
            else if (move === "page") {
              const { items } = await served.done("list_events", { query: { after: paged - 1, limit: 7 } });
              seenOnPages.push(...items.map(({ id }) => Number(id)));
              paged = start + seenOnPages.length;
              premises.paged += 1;
            } else await new Promise(setImmediate);
          }
          reader.goOn();
          const end = await size();
          await reader.until(() => known() >= end - 1);
          await leave();
          expect(covered(told, gaps)).toEqual(range(start, end));
          expect(told).toEqual(told.toSorted((a, b) => a - b));
          expect(seenOnPages).toEqual(range(start, start + seenOnPages.length));
        }),
        {
          numRuns: IS_LONG ? 2_000 : 12,
          timeout: RUN_MS,
          examples: [[["page", "read", "leave", "read", "pause", "page", "leave"], 0]],
        },
      );
      expect(premises.resumed).toBeGreaterThan(1);
      expect(premises.paused).toBeGreaterThan(1);
      expect(premises.grown).toBeGreaterThan(5);
      expect(premises.paged).toBeGreaterThan(1);
    },
  );

  test("pages follow each other to the end, over entries from before the server started and since", async () => {
    await using fresh = await Served.over(Workspace.make("notes"));
    for (let count = 0; count < 5; count += 1) await fresh.done("create_task", { body: { goal: BRIEF } });
    await fresh.restart();
    for (let count = 0; count < 5; count += 1) await fresh.done("create_task", { body: { goal: BRIEF } });
    const end = await fresh.work.journalSize();
    for (const limit of [1, 3, 7, 100, 200]) {
      const seen: number[] = [];
      let after: number | null = -1;
      while (after !== null) {
        const page: Awaited<ReturnType<typeof pageOf>> = await pageOf(fresh, after, limit);
        seen.push(...page.items.map(({ id }) => Number(id)));
        after = page.next_after;
      }
      expect({ limit, seen }).toEqual({ limit, seen: range(0, end) });
    }
  });

  test("4.1-11 a stream is told to those who may read, and no tenant's, run's or role's edge is crossed", async () => {
    for (const path of ["/events", `/tasks/${await madeTask(served)}/events`]) {
      const received = await served.exchange("GET", path, { headers: { accept: "text/event-stream" } });
      expect(received.problem()).toMatchObject({ status: 401, code: "token_missing" });
    }
    const one = await restedTask(served);
    const other = await restedTask(served);
    await using reader = await EventReader.of(served, `/tasks/${one}/events`);
    await served.done("deny", { params: { id: await waitingApproval(served, other) }, body: { reason: "no" } });
    await served.done("deny", { params: { id: await waitingApproval(served, one) }, body: { reason: "no" } });
    await reader.ended;
    expect(reader.events.length).toBeGreaterThan(2);
    for (const { subject, specversion, source } of reader.events)
      expect({ subject, specversion, source: String(source).startsWith("urn:writ:log:log_") }).toEqual({
        subject: one,
        specversion: "1.0",
        source: true,
      });
    expect(reader.types.at(-1)).toBe("run_ended");
    const again = await served.exchange("GET", `/tasks/${one}/events`, {
      headers: {
        accept: "text/event-stream",
        authorization: `Bearer ${await served.token("viewer")}`,
        "last-event-id": String(reader.last),
      },
    });
    expect(again.status).toBe(204);
  });

  test("4.1-11 a revoked token's stream ends within five seconds", { timeout: 15_000 }, async () => {
    const access = await served.access();
    const { token, id } = await access.create({ role: "viewer", kind: "user", user: "mira", label: null, ttlMs: null });
    await using reader = await EventReader.at(served.port, "/events", token, {});
    await using other = await EventReader.of(served, "/events", { as: "viewer" });
    await access.revoke(id);
    const began = performance.now();
    await reader.ended;
    expect(performance.now() - began).toBeLessThan(5_000);
    await grow();
    await other.until(({ positions }) => positions.length > 0);
  });

  test(
    "4.1-11 one token has 256 streams at once; the next is 429, and a place that is left is free again",
    { timeout: 30_000 },
    async () => {
      const token = await served.planted("auditor", "service");
      const open = await Promise.all(
        Array.from({ length: 256 }, () => EventReader.at(served.port, "/events", token, {})),
      );
      const over = await served.exchange("GET", "/events", {
        headers: { accept: "text/event-stream", authorization: `Bearer ${token}` },
      });
      expect(over.problem()).toMatchObject({ status: 429, code: "streams_exhausted" });
      expect(Number(over.headers["retry-after"])).toBeGreaterThan(0);
      const [first, ...rest] = open;
      await first?.[Symbol.asyncDispose]();
      await served.call("get_health", {});
      await using next = await EventReader.at(served.port, "/events", token, {});
      await Promise.all(rest.map((reader) => reader[Symbol.asyncDispose]()));
      expect(next.positions).toEqual([]);
    },
  );
});

async function pageOf(from: Served, after: number, limit: number) {
  return from.done("list_events", { query: { after, limit } });
}

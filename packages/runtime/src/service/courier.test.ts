import { MemoryLog } from "@writ/adapters/memory/log";
import { openMemoryStore } from "@writ/adapters/memory/store";
import { durationMs, OrchestratorError, type DurationMs } from "@writ/core";
import { plainHasher, TEST_LOG } from "@writ/testkit/contracts/store-drafts";
import { SteppedClock } from "@writ/testkit/stepped-clock";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Deliveries, Delivery } from "../ports/deliveries.ts";
import type { Destination, SendOutcome } from "../ports/destination.ts";
import { NOTICE_EVENTS } from "../ports/notifier.ts";
import { Courier } from "./courier.ts";
import { DeadLetters } from "./dead-letters.ts";
import { MOST_ATTEMPTS, queuedCourse } from "./delivery-course.ts";

const DAY_MS = 86_400_000;
const TAKEN: SendOutcome = { kind: "delivered", status: 200, error: null };
const FAILED: SendOutcome = { kind: "failed", status: 500, error: "status", retryAfterMs: null };
const never = (): Promise<never> => new Promise(() => undefined);

type Send = Destination["send"];

/** Rows that outlive the processes which bring them away; each process can be killed. */
function scene() {
  const clock = new SteppedClock();
  const { deliveries } = openMemoryStore(new MemoryLog(plainHasher, TEST_LOG));
  let drawn = 0;
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const pass = async (ms: number): Promise<void> => {
    const end = clock.now() + ms;
    await settle();
    for (;;) {
      const next = Math.min(...clock.armed);
      if (next > end) break;
      clock.pass(Math.max(0, next - clock.now()));
      await settle();
    }
    clock.pass(end - clock.now());
    await settle();
  };
  const queue = async (...names: readonly string[]): Promise<void> => {
    const rows = names.map((name): Delivery => {
      const [destination = ""] = name.split("/");
      const at = clock.now();
      return { id: name, destination, event: "run.ended", body: "{}", createdAt: at, course: queuedCourse(at) };
    });
    await deliveries.queue({ deliveries: rows, progress: [], claim: null });
  };
  const begin = async (sends: Readonly<Record<string, Send>>, unready: string | null = null) => {
    const life = { isOver: false };
    const alive = <R>(act: () => Promise<R>): Promise<R> => (life.isOver ? never() : act());
    const owned: Deliveries = {
      destinations: () => alive(() => deliveries.destinations()),
      putDestinations: (states) => alive(() => deliveries.putDestinations(states)),
      markGone: (name, atMs) => alive(() => deliveries.markGone(name, atMs)),
      queue: (batch) => alive(() => deliveries.queue(batch)),
      change: (changes) => alive(() => deliveries.change(changes)),
      find: (id) => alive(() => deliveries.find(id)),
      list: (query) => alive(() => deliveries.list(query)),
      count: (destination, state) => alive(() => deliveries.count(destination, state)),
      purge: (endedBefore) => alive(() => deliveries.purge(endedBefore)),
    };
    const destinations = Object.entries(sends).map(([name, send]): Destination => ({
      name,
      fingerprint: "1",
      address: name,
      events: new Set(NOTICE_EVENTS),
      unready,
      send: (delivery, signal) => alive(() => send(delivery, signal)),
    }));
    await deliveries.putDestinations(
      destinations.map(({ name, fingerprint }) => ({ name, fingerprint, position: 0, goneAt: null, skipped: 0 })),
    );
    const courier = new Courier({
      deliveries: owned,
      destinations,
      clock: {
        now: clock.now,
        after: (delay: DurationMs, run) => clock.after(delay, () => (life.isOver ? undefined : run())),
      },
      entropy: {
        bytes: (count) => new Uint8Array(count).map(() => (drawn = (drawn * 61 + 17) % 256)),
      },
    });
    courier.wake();
    await settle();
    const letters = new DeadLetters({
      deliveries: owned,
      configured: new Set(Object.keys(sends)),
      clock,
      onQueued: () => courier.wake(),
    });
    return { courier, letters, kill: () => (life.isOver = true) };
  };
  const courseOf = async (id: string) => (await deliveries.find(id))?.course;
  return { clock, deliveries, pass, settle, queue, begin, courseOf };
}

describe("a courier", () => {
  test("tries again later and later, eight times, then gives up and says so", async () => {
    const { clock, pass, queue, begin, courseOf } = scene();
    const at: number[] = [];
    await queue("ops/1");
    await begin({ ops: async () => (at.push(clock.now()), FAILED) });
    await pass(DAY_MS);
    expect(at).toHaveLength(MOST_ATTEMPTS);
    expect(await courseOf("ops/1")).toMatchObject({ state: "dead", attempts: 8, status: 500, error: "status" });
    expect(clock.armed).toEqual([]);
  });

  test("has four under way and two to one, so that one that hangs leaves room", async () => {
    const { pass, queue, begin, courseOf, settle } = scene();
    const underWay = { hanging: 0, all: 0, most: 0 };
    const hang: Send = (_, signal) =>
      new Promise((resolve) => {
        underWay.hanging += 1;
        underWay.most = Math.max(underWay.most, underWay.hanging);
        signal.addEventListener("abort", () => {
          underWay.hanging -= 1;
          resolve({ kind: "failed", status: null, error: "connection", retryAfterMs: null });
        });
      });
    await queue("bad/1", "bad/2", "bad/3", "good/1", "good/2", "good/3");
    await begin({ bad: hang, good: async () => TAKEN });
    await settle();
    for (const id of ["good/1", "good/2", "good/3"]) expect((await courseOf(id))?.state).toBe("delivered");
    expect(underWay.most).toBe(2);
    await pass(10_000);
    expect((await courseOf("bad/1"))?.error).toBe("timeout");
    expect(underWay.most).toBe(2);
  });

  test("leaves one alone that is gone, and gives up what waits for it", async () => {
    const { pass, queue, begin, courseOf, deliveries, clock } = scene();
    const seen: string[] = [];
    await queue("ops/1", "ops/2", "ops/3", "ops/4");
    await begin({ ops: async ({ id }) => (seen.push(id), { kind: "gone", status: 410 }) });
    await pass(DAY_MS);
    expect(seen.length).toBeLessThanOrEqual(2);
    expect(await deliveries.count("ops", "dead")).toBe(4);
    expect(await courseOf("ops/4")).toMatchObject({ state: "dead", error: "gone" });
    expect(await deliveries.destinations()).toMatchObject([{ goneAt: 0 }]);
    await queue("ops/5");
    await begin({ ops: async () => TAKEN });
    expect((await courseOf("ops/5"))?.state).toBe("delivered");
    expect(clock.armed).toEqual([]);
  });

  test("that has no secret tries nothing and burns no attempt", async () => {
    const { pass, queue, begin, courseOf } = scene();
    await queue("ops/1");
    await begin({ ops: async () => TAKEN }, "OPS_SECRET is not set");
    await pass(DAY_MS);
    expect(await courseOf("ops/1")).toMatchObject({ state: "pending", attempts: 0 });
  });

  test("at the end gives what is due one chance, then hangs up", async () => {
    const { pass, queue, begin, courseOf, settle } = scene();
    const answer: { give: () => void } = { give: () => undefined };
    const slow: Send = (_, signal) =>
      new Promise((resolve) => {
        answer.give = () => resolve(TAKEN);
        signal.addEventListener("abort", () =>
          resolve({ kind: "failed", status: null, error: "timeout", retryAfterMs: null }),
        );
      });
    await queue("ops/1");
    const { courier } = await begin({ ops: slow });
    const ended = { is: false };
    void courier.stop(durationMs(1_800)).then(() => (ended.is = true));
    await pass(1_000);
    expect(ended.is).toBe(false);
    answer.give();
    await settle();
    expect({ ended: ended.is, course: await courseOf("ops/1") }).toMatchObject({
      ended: true,
      course: { state: "delivered" },
    });
    await queue("ops/2");
    const next = await begin({ ops: slow });
    void next.courier.stop(durationMs(1_800)).then(() => (ended.is = true));
    await pass(1_800);
    expect(ended.is).toBe(true);
    expect(await courseOf("ops/2")).toMatchObject({ state: "pending", attempts: 1, error: "interrupted" });
  });

  test("puts dead letters back as new, under their ids, and no others", async () => {
    const { pass, queue, begin, courseOf } = scene();
    const answers: { now: SendOutcome } = { now: FAILED };
    const ids: string[] = [];
    await queue("ops/1", "ops/2", "old/1");
    const { letters } = await begin({ ops: async ({ id }) => (ids.push(id), answers.now), old: async () => FAILED });
    await pass(DAY_MS);
    answers.now = TAKEN;
    const refused = async (id: string) =>
      letters.replay(id).catch((error: unknown) => (error instanceof OrchestratorError ? error.code : "other"));
    expect(await refused("ops/9")).toBe("delivery_not_found");
    expect(await letters.replay("ops/1")).toEqual({ replayed: 1, left: 0 });
    await pass(0);
    expect(await courseOf("ops/1")).toMatchObject({ state: "delivered", attempts: 1, status: 200 });
    expect(await refused("ops/1")).toBe("delivery_not_found");
    const next = await begin({ ops: async () => TAKEN });
    expect(await next.letters.replay(null)).toEqual({ replayed: 1, left: 1 });
    await expect(next.letters.replay("old/1")).rejects.toMatchObject({ code: "destination_unavailable" });
    await pass(0);
    expect((await courseOf("ops/2"))?.state).toBe("delivered");
  });

  test("drops what ended thirty days ago", async () => {
    const { pass, queue, begin, courseOf } = scene();
    await queue("ops/1");
    const { courier } = await begin({ ops: async () => TAKEN });
    await pass(29 * DAY_MS);
    courier.wake();
    await pass(0);
    expect((await courseOf("ops/1"))?.state).toBe("delivered");
    await pass(2 * DAY_MS);
    courier.wake();
    await pass(0);
    expect(await courseOf("ops/1")).toBeUndefined();
  });
});

test("whatever fails and whoever dies, each delivery ends delivered or dead, once, and is sent eight times at most", async () => {
  const premises = { delivered: 0, dead: 0, kills: 0, recovered: 0 };
  const answer = fc.constantFrom<"fail" | "take" | "kill">("fail", "fail", "fail", "fail", "take", "kill");
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 20, maxLength: 80 }), async (answers) => {
      const { pass, queue, begin, courseOf, deliveries, settle } = scene();
      const ids = ["a/1", "a/2", "a/3", "b/1", "b/2"];
      const sent = new Map<string, number>();
      const taken = new Map<string, number>();
      const script = [...answers];
      await queue(...ids);
      let kill: () => void = () => undefined;
      let isKilled = false;
      const send: Send = async ({ id }) => {
        sent.set(id, (sent.get(id) ?? 0) + 1);
        const next = script.shift() ?? "fail";
        if (next === "kill") {
          premises.kills += 1;
          isKilled = true;
          kill();
          return never();
        }
        if (next === "take") taken.set(id, (taken.get(id) ?? 0) + 1);
        return next === "take" ? TAKEN : FAILED;
      };
      const start = async (): Promise<void> => {
        isKilled = false;
        const life: { kill?: () => void } = {};
        kill = () => life.kill?.();
        life.kill = (await begin({ a: send, b: send })).kill;
        if (isKilled) life.kill();
      };
      await start();
      for (let turn = 0; turn < 400 && (await deliveries.count(null, "pending")) > 0; turn += 1) {
        if (isKilled) await start();
        await pass(600_000);
        await settle();
      }
      for (const id of ids) {
        const course = await courseOf(id);
        expect(["delivered", "dead"]).toContain(course?.state);
        expect(sent.get(id) ?? 0).toBeLessThanOrEqual(MOST_ATTEMPTS);
        if (course?.state === "delivered") {
          premises.delivered += 1;
          expect(taken.get(id)).toBe(1);
          if ((sent.get(id) ?? 0) > 1) premises.recovered += 1;
        } else {
          premises.dead += 1;
          expect(taken.has(id)).toBe(false);
        }
      }
    }),
    { numRuns: 60 },
  );
  expect(premises.delivered).toBeGreaterThan(50);
  expect(premises.dead).toBeGreaterThan(50);
  expect(premises.kills).toBeGreaterThan(50);
  expect(premises.recovered).toBeGreaterThan(30);
}, 60_000);

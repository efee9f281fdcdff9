import { MemoryLog } from "@writ/adapters/memory/log";
import { openMemoryStore } from "@writ/adapters/memory/store";
import { parseStrict, type JsonObject } from "@writ/core";
import { aDraft, plainHasher, runNumber, TEST_LOG } from "@writ/testkit/contracts/store-drafts";
import { SteppedClock } from "@writ/testkit/stepped-clock";
import { describe, expect, test } from "vitest";

import { NOTICE_EVENTS, type Notice, type NoticeEvent } from "../ports/notifier.ts";
import type { Store } from "../ports/store.ts";
import { Telling } from "./telling.ts";

const RUN = runNumber(1);
const ASKED: JsonObject = {
  type: "approval_requested",
  step: "write",
  approval: "apr_a",
  binding: { tier: "network" },
};
const GRANTED: JsonObject = { type: "approval_granted", step: "write", approval: "apr_a", binding_hash: "x" };
const ENDED: JsonObject = { type: "run_ended", outcome: "completed" };

/** A log that lives longer than the processes which tell of it. */
function scene() {
  const clock = new SteppedClock();
  const log = new MemoryLog(plainHasher, TEST_LOG);
  let version = 0;
  const write = async (store: Store, ...facts: readonly JsonObject[]) => {
    version += 1;
    return { seq: (await store.journal.append(aDraft(RUN, version, { facts }))).seq, facts };
  };
  const begin = async (
    names: Readonly<Record<string, readonly NoticeEvent[]>>,
    over: Partial<Store["deliveries"]> = {},
  ) => {
    const told: Notice[] = [];
    const opened = openMemoryStore(log);
    const store = { ...opened, deliveries: { ...opened.deliveries, ...over } };
    const telling = new Telling({
      store,
      clock,
      hash: plainHasher,
      notifiers: [{ notify: async (notice) => void told.push(notice) }],
      destinations: Object.entries(names).map(([name, events]) => ({
        name,
        fingerprint: JSON.stringify(events),
        events: new Set(events),
      })),
      onQueued: () => undefined,
    });
    await telling.begin();
    await telling.settled();
    /** Written and heard, as the engine does it. */
    const happen = async (...facts: readonly JsonObject[]): Promise<void> => {
      const { seq } = await write(store, ...facts);
      telling.noticed({ seq, facts: facts.map(({ type }) => ({ type: String(type) })) });
      await telling.settled();
    };
    const queued = async (name: string): Promise<readonly string[]> => {
      const query = { destination: name, state: "pending", order: "oldest", limit: 20_000 } as const;
      return (await store.deliveries.list(query)).map(({ event }) => event);
    };
    return { telling, store, told, happen, queued, write: (...facts: JsonObject[]) => write(store, ...facts) };
  };
  return { clock, begin };
}

describe("telling", () => {
  test("queues each notice for those who want it, with ids and no content", async () => {
    const { begin } = scene();
    const { happen, queued, store, told } = await begin({ all: NOTICE_EVENTS, ends: ["run.ended"] });
    await happen(ASKED, { type: "noted" });
    await happen(GRANTED, ENDED);
    expect(await queued("all")).toHaveLength(3);
    expect(new Set(await queued("all"))).toEqual(new Set(["approval.created", "approval.decided", "run.ended"]));
    expect(await queued("ends")).toEqual(["run.ended"]);
    expect(told.map(({ type }) => type)).toEqual(["approval_created", "approval_decided", "run_ended"]);
    const [row] = await store.deliveries.list({ destination: "ends", state: "pending", order: "due", limit: 1 });
    const { time, ...event } = Object.fromEntries(Object.entries(parseStrict(row?.body ?? "") ?? {}));
    expect(time).toMatch(/^2026-.*Z$/);
    expect(event).toEqual({
      specversion: "1.0",
      id: "2-1",
      source: TEST_LOG.origin,
      type: "dev.writ.run.ended",
      subject: RUN,
      datacontenttype: "application/json",
      data: { run_id: RUN, outcome: "completed" },
    });
    expect(row?.id).toMatch(/^msg_[0-9a-z]{26}$/);
  });

  test("what was written and not queued when a process died is found by the next, once, and told to no notifier", async () => {
    const { begin } = scene();
    const first = await begin({ ops: NOTICE_EVENTS });
    await first.happen(ASKED);
    await first.write(GRANTED, ENDED);
    const second = await begin({ ops: NOTICE_EVENTS });
    expect(await second.queued("ops")).toHaveLength(3);
    expect(second.told).toEqual([]);
    const states = await second.store.deliveries.destinations();
    await second.store.deliveries.putDestinations(states.map((state) => ({ ...state, position: 0 })));
    const third = await begin({ ops: NOTICE_EVENTS });
    expect(await third.queued("ops")).toHaveLength(3);
  });

  test("one that is new begins with what happens from now on, beside one that is not", async () => {
    const { begin } = scene();
    const first = await begin({ old: NOTICE_EVENTS });
    await first.happen(ASKED);
    await first.write(GRANTED);
    const second = await begin({ old: NOTICE_EVENTS, new: NOTICE_EVENTS });
    await second.happen(ENDED);
    expect(await second.queued("old")).toHaveLength(3);
    expect(await second.queued("new")).toEqual(["run.ended"]);
  });

  test("what cannot be queued stops nobody, is counted, and is read again a minute later", async () => {
    const { clock, begin } = scene();
    const full = { fails: true };
    const { happen, queued, telling, told, store } = await begin({ ops: NOTICE_EVENTS }, {});
    const { queue } = store.deliveries;
    Object.assign(store.deliveries, {
      queue: (batch: Parameters<typeof queue>[0]) =>
        full.fails ? Promise.reject(new Error("the disk is full")) : queue(batch),
    });
    await happen(ASKED);
    expect({ failures: telling.failures, queued: await queued("ops"), told }).toEqual({
      failures: 1,
      queued: [],
      told: [],
    });
    full.fails = false;
    clock.pass(60_000);
    await telling.settled();
    expect(await queued("ops")).toEqual(["approval.created"]);
    expect(told).toHaveLength(1);
  });

  test("of one that is not configured any more what waits is given up, and back again it begins anew", async () => {
    const { begin } = scene();
    const first = await begin({ ops: NOTICE_EVENTS });
    await first.happen(ASKED);
    const second = await begin({});
    const [dead] = await second.store.deliveries.list({ destination: "ops", state: "dead", order: "due", limit: 9 });
    expect(dead?.course).toMatchObject({ error: "removed", attempts: 0 });
    await second.happen(GRANTED);
    const third = await begin({ ops: NOTICE_EVENTS });
    expect(await third.queued("ops")).toEqual([]);
  });

  test("for one that is gone nothing is queued, which is counted, until what is configured of it changes", async () => {
    const { begin } = scene();
    const first = await begin({ ops: ["run.ended", "approval.created"] });
    await first.store.deliveries.markGone("ops", 5);
    await first.happen(ASKED);
    await first.happen(GRANTED);
    expect(await first.store.deliveries.destinations()).toMatchObject([{ goneAt: 5, skipped: 1 }]);
    const second = await begin({ ops: ["run.ended", "approval.created"] });
    expect(await second.store.deliveries.destinations()).toMatchObject([{ goneAt: 5, skipped: 1 }]);
    const third = await begin({ ops: ["run.ended"] });
    await third.happen(ENDED);
    expect(await third.queued("ops")).toEqual(["run.ended"]);
  });

  test("of more than ten thousand that wait the oldest are given up", async () => {
    const { clock, begin } = scene();
    const { happen, queued, store } = await begin({ ops: NOTICE_EVENTS });
    for (let entry = 0; entry < 21; entry += 1) {
      clock.pass(1_000);
      await happen(...Array.from({ length: 500 }, () => ENDED));
    }
    expect(await queued("ops")).toHaveLength(10_000);
    const dead = await store.deliveries.list({ destination: "ops", state: "dead", order: "oldest", limit: 1_000 });
    expect(dead).toHaveLength(500);
    expect(new Set(dead.map(({ course }) => course.error))).toEqual(new Set(["overflow"]));
    const [oldest] = await store.deliveries.list({ destination: "ops", state: "pending", order: "oldest", limit: 1 });
    expect(dead.every(({ id }) => id < (oldest?.id ?? ""))).toBe(true);
  });

  test("an escalation is told once for good, whichever process sees it", async () => {
    const { begin } = scene();
    const notice = { type: "approval_escalated", run: RUN, step: "write", approval: "apr_a", tier: "network" } as const;
    const first = await begin({ ops: NOTICE_EVENTS });
    first.telling.escalated({ ...notice, waitedMs: 5 });
    first.telling.escalated({ ...notice, waitedMs: 6 });
    await first.telling.settled();
    const second = await begin({ ops: NOTICE_EVENTS });
    second.telling.escalated({ ...notice, waitedMs: 7 });
    await second.telling.settled();
    expect(await second.queued("ops")).toEqual(["approval.escalated"]);
    expect([first.told.length, second.told.length]).toEqual([1, 0]);
  });
});

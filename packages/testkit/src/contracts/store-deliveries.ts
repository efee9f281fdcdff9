import type { Delivery, DeliveryCourse, DestinationState, Store } from "@writ/runtime";
import { describe, expect, test } from "vitest";

import { codeOf, type MakeStore, nowAndLater, onFreshLog } from "./store-harness.ts";

const PENDING: DeliveryCourse = {
  state: "pending",
  attempts: 0,
  nextAt: 100,
  endedAt: null,
  status: null,
  error: null,
};
const DELIVERED: DeliveryCourse = {
  state: "delivered",
  attempts: 1,
  nextAt: null,
  endedAt: 200,
  status: 204,
  error: null,
};
const DEAD: DeliveryCourse = { ...DELIVERED, state: "dead", attempts: 8, status: 500, error: "status" };

function aDelivery(id: string, over: Partial<Delivery> = {}): Delivery {
  return { id, destination: "ops", event: "run.ended", body: `{"id":"${id}"}`, createdAt: 1, course: PENDING, ...over };
}

function aDestination(name: string, over: Partial<DestinationState> = {}): DestinationState {
  return { name, fingerprint: `${name}-1`, position: 3, goneAt: null, skipped: 0, ...over };
}

async function queued(store: Store, ...deliveries: readonly Delivery[]): Promise<void> {
  expect(await store.deliveries.queue({ deliveries, progress: [], claim: null })).toBe(true);
}

async function ids(store: Store, state: "pending" | "dead", order: "due" | "oldest" | "newest", destination = "ops") {
  return (await store.deliveries.list({ destination, state, order, limit: 10 })).map(({ id }) => id);
}

/** What a store keeps of what is told outside. */
export function deliveriesContract(make: MakeStore): void {
  describe("what is to be told outside", () => {
    test("is kept whole, also after a restart, and leaves the log as it is", () =>
      onFreshLog(make, async (store, reopen) => {
        const before = await store.audit.head();
        const rows = [
          aDelivery("msg_1"),
          aDelivery("msg_2", { course: DELIVERED }),
          aDelivery("msg_3", { course: DEAD }),
        ];
        await queued(store, ...rows);
        await nowAndLater(store, reopen, async (open) => {
          for (const row of rows) expect(await open.deliveries.find(row.id)).toEqual(row);
          expect(await open.deliveries.find("msg_4")).toBeNull();
          expect(await open.audit.head()).toEqual(before);
        });
      }));

    test("is queued once by its id, with how far the log was read", () =>
      onFreshLog(make, async (store, reopen) => {
        await store.deliveries.putDestinations([aDestination("ops"), aDestination("mail")]);
        const progress = [{ name: "ops", position: 9, skipped: 2 }];
        await store.deliveries.queue({ deliveries: [aDelivery("msg_1")], progress, claim: null });
        await store.deliveries.change([{ id: "msg_1", from: "pending", to: DELIVERED }]);
        await store.deliveries.queue({ deliveries: [aDelivery("msg_1")], progress, claim: null });
        await nowAndLater(store, reopen, async (open) => {
          expect(await open.deliveries.find("msg_1")).toEqual(aDelivery("msg_1", { course: DELIVERED }));
          expect(await open.deliveries.destinations()).toEqual([
            aDestination("mail"),
            aDestination("ops", { position: 9, skipped: 4 }),
          ]);
        });
        const open = await reopen();
        const back = [{ name: "ops", position: 4, skipped: 0 }];
        await open.deliveries.queue({ deliveries: [], progress: back, claim: null });
        await open.deliveries.markGone("ops", 7);
        const gone = aDestination("ops", { position: 9, skipped: 4, goneAt: 7 });
        expect(await open.deliveries.destinations()).toEqual([aDestination("mail"), gone]);
        await open.deliveries.putDestinations([aDestination("ops", { goneAt: 7 })]);
        expect(await open.deliveries.destinations()).toEqual([aDestination("ops", { goneAt: 7 })]);
      }));

    test("under a claim is queued with it or not at all, also after a restart", () =>
      onFreshLog(make, async (store, reopen) => {
        const claim = { notice: "escalated apr_a", atMs: 5 };
        const queue = (open: Store, id: string) =>
          open.deliveries.queue({ deliveries: [aDelivery(id)], progress: [], claim });
        expect(await queue(store, "msg_1")).toBe(true);
        expect(await queue(store, "msg_2")).toBe(false);
        const open = await reopen();
        expect(await queue(open, "msg_2")).toBe(false);
        expect(await open.deliveries.find("msg_2")).toBeNull();
      }));

    test("changes only from the state it is expected in, and never back from delivered", () =>
      onFreshLog(make, async (store) => {
        await queued(store, aDelivery("msg_1"), aDelivery("msg_2"));
        const change = (id: string, from: "pending" | "dead", to: DeliveryCourse) =>
          store.deliveries.change([{ id, from, to }]);
        expect(await change("msg_1", "pending", DELIVERED)).toBe(1);
        expect(await change("msg_1", "pending", DEAD)).toBe(0);
        expect(await change("msg_2", "dead", PENDING)).toBe(0);
        expect(await change("msg_2", "pending", DEAD)).toBe(1);
        expect(await change("msg_2", "dead", PENDING)).toBe(1);
        expect((await store.deliveries.find("msg_1"))?.course).toEqual(DELIVERED);
        expect((await store.deliveries.find("msg_2"))?.course).toEqual(PENDING);
      }));

    test("is listed by state, destination and order, counted, and dropped after its end", () =>
      onFreshLog(make, async (store) => {
        const due = (nextAt: number): DeliveryCourse => ({ ...PENDING, nextAt });
        await queued(
          store,
          aDelivery("msg_1", { course: due(300) }),
          aDelivery("msg_2", { course: due(100) }),
          aDelivery("msg_3", { course: due(100) }),
          aDelivery("msg_4", { course: DEAD }),
          aDelivery("msg_5", { course: DEAD, destination: "mail" }),
          aDelivery("msg_6", { course: { ...DEAD, endedAt: 900 } }),
        );
        expect(await ids(store, "pending", "due")).toEqual(["msg_2", "msg_3", "msg_1"]);
        expect(await ids(store, "pending", "oldest")).toEqual(["msg_1", "msg_2", "msg_3"]);
        expect(await ids(store, "dead", "newest")).toEqual(["msg_6", "msg_4"]);
        const all = { destination: null, state: "dead", order: "newest", limit: 2 } as const;
        expect((await store.deliveries.list(all)).map(({ id }) => id)).toEqual(["msg_6", "msg_5"]);
        expect([await store.deliveries.count("ops", "pending"), await store.deliveries.count("mail", "dead")]).toEqual([
          3, 1,
        ]);
        expect(await store.deliveries.count(null, "dead")).toBe(3);
        await store.deliveries.purge(900);
        expect([await ids(store, "dead", "oldest"), await ids(store, "dead", "oldest", "mail")]).toEqual([
          ["msg_6"],
          [],
        ]);
        expect(await store.deliveries.count("ops", "pending")).toBe(3);
      }));

    test("cannot be written after the store was closed", () =>
      onFreshLog(make, async (store, reopen) => {
        await reopen();
        const batch = { deliveries: [aDelivery("msg_1")], progress: [], claim: null };
        expect(await codeOf(store.deliveries.queue(batch))).toBe("audit_unavailable");
      }));
  });
}

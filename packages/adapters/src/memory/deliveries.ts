import type { Deliveries, Delivery, DeliveryQuery, DeliveryState, DestinationState } from "@writ/runtime";

/** Rows of what is to be told outside, as long as the log lives. */
export interface KeptDeliveries {
  readonly rows: Map<string, Delivery>;
  destinations: readonly DestinationState[];
}

/** The parts of a log in memory that stand beside it. */
interface BesideLog {
  readonly deliveries: KeptDeliveries;
  readonly notices: Set<string>;
}

/** @param open the log, while the store is open */
export function memoryDeliveries(open: () => BesideLog): Deliveries {
  const rows = (): Map<string, Delivery> => open().deliveries.rows;
  return {
    destinations: async () => [...open().deliveries.destinations],
    async putDestinations(states) {
      open().deliveries.destinations = states.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
    async markGone(name, atMs) {
      const { deliveries } = open();
      deliveries.destinations = deliveries.destinations.map((state) =>
        state.name === name ? { ...state, goneAt: atMs } : state,
      );
    },
    async queue({ deliveries, progress, claim }) {
      const log = open();
      if (claim !== null && log.notices.has(claim.notice)) return false;
      if (claim !== null) log.notices.add(claim.notice);
      for (const each of deliveries) if (!rows().has(each.id)) rows().set(each.id, each);
      log.deliveries.destinations = log.deliveries.destinations.map((state) => {
        const moved = progress.find(({ name }) => name === state.name);
        return moved === undefined
          ? state
          : { ...state, position: Math.max(state.position, moved.position), skipped: state.skipped + moved.skipped };
      });
      return true;
    },
    async change(changes) {
      let changed = 0;
      for (const { id, from, to } of changes) {
        const row = rows().get(id);
        if (row?.course.state !== from) continue;
        rows().set(id, { ...row, course: to });
        changed += 1;
      }
      return changed;
    },
    find: async (id) => rows().get(id) ?? null,
    async list({ destination, state, order, limit }) {
      return [...rows().values()].filter(isIn(destination, state)).toSorted(inOrder(order)).slice(0, limit);
    },
    count: async (destination, state) => [...rows().values()].filter(isIn(destination, state)).length,
    async purge(endedBefore) {
      for (const [id, { course }] of rows())
        if (course.endedAt !== null && course.endedAt < endedBefore) rows().delete(id);
    },
  };
}

function isIn(destination: string | null, state: DeliveryState): (row: Delivery) => boolean {
  return (row) => row.course.state === state && (destination === null || row.destination === destination);
}

function inOrder(order: DeliveryQuery["order"]): (a: Delivery, b: Delivery) => number {
  const byId = (a: Delivery, b: Delivery): number => (a.id < b.id ? -1 : 1);
  switch (order) {
    case "due":
      return (a, b) => (a.course.nextAt ?? 0) - (b.course.nextAt ?? 0) || byId(a, b);
    case "oldest":
      return byId;
    case "newest":
      return (a, b) => byId(b, a);
  }
}

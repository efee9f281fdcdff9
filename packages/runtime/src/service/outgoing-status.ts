import type { Deliveries, Delivery } from "../ports/deliveries.ts";
import type { Destination } from "../ports/destination.ts";
import type { Store } from "../ports/store.ts";
import { eventOf } from "./notice-event.ts";
import { noticesIn } from "./notices-in.ts";

/** How it stands with one destination. */
export interface DestinationStatus {
  readonly name: string;
  readonly address: string;
  readonly events: readonly string[];
  /** `unready` where this process cannot send, `gone` where the other side wants nothing any more. */
  readonly state: "ready" | "unready" | "gone";
  /** Why it is not ready, for people. */
  readonly why: string | null;
  readonly pending: number;
  readonly delivered: number;
  readonly dead: number;
  /** Not queued because it was gone. */
  readonly skipped: number;
  /** In the log and not queued yet: the process that works here next does it. */
  readonly unqueued: number;
  /** Of the newest delivery with which something was wrong and that was not delivered. */
  readonly newestError: Pick<Delivery["course"], "status" | "error"> | null;
}

export interface OutgoingStatus {
  readonly destinations: readonly DestinationStatus[];
  /** Dead letters for what is not configured any more. */
  readonly deadElsewhere: number;
}

/** Rows in which a newest error is looked for. */
const LOOKED_AT = 100;

/** Reads how it stands with everybody who is told outside. */
export async function outgoingStatus(
  { audit, deliveries }: Pick<Store, "audit" | "deliveries">,
  configured: readonly Destination[],
): Promise<OutgoingStatus> {
  const states = new Map((await deliveries.destinations()).map((state) => [state.name, state]));
  const destinations = await Promise.all(
    configured.map(async ({ name, address, events, unready, fingerprint }): Promise<DestinationStatus> => {
      const known = states.get(name);
      const isGone = known?.fingerprint === fingerprint && known.goneAt !== null;
      return {
        name,
        address,
        events: [...events],
        state: isGone ? "gone" : unready === null ? "ready" : "unready",
        why: isGone ? "it answered 410 Gone" : unready,
        pending: await deliveries.count(name, "pending"),
        delivered: await deliveries.count(name, "delivered"),
        dead: await deliveries.count(name, "dead"),
        skipped: known?.skipped ?? 0,
        unqueued: known === undefined || isGone ? 0 : await unqueued(audit, known.position, events),
        newestError: await newestError(deliveries, name),
      };
    }),
  );
  const known = destinations.reduce((sum, { dead }) => sum + dead, 0);
  return { destinations, deadElsewhere: (await deliveries.count(null, "dead")) - known };
}

async function unqueued(audit: Store["audit"], from: number, events: Destination["events"]): Promise<number> {
  const { size } = await audit.head();
  let count = 0;
  for await (const lines of audit.lines(from, size))
    count += lines.flatMap(noticesIn).filter(({ notice }) => events.has(eventOf(notice))).length;
  return count;
}

async function newestError(deliveries: Deliveries, destination: string): Promise<DestinationStatus["newestError"]> {
  const rows = [
    ...(await deliveries.list({ destination, state: "pending", order: "newest", limit: LOOKED_AT })),
    ...(await deliveries.list({ destination, state: "dead", order: "newest", limit: 1 })),
  ];
  const [newest] = rows.filter(({ course }) => course.error !== null).toSorted((a, b) => (a.id > b.id ? -1 : 1));
  return newest === undefined ? null : { status: newest.course.status, error: newest.course.error };
}

/**
 * What is to be told to places outside, one row for each notice and destination. It stands beside the log, as `Doors`
 * does: nothing follows from it, and a log that lost it is whole.
 */
export interface Deliveries {
  /** Where each destination that is configured has got to, by name. */
  destinations(): Promise<readonly DestinationState[]>;
  /** Writes these instead of all there were. */
  putDestinations(states: readonly DestinationState[]): Promise<void>;
  /** A destination wants nothing any more. */
  markGone(name: string, atMs: number): Promise<void>;
  /**
   * New rows, how far the log was read for them, and what is claimed with them: one transaction. A row whose id is there
   * stays as it is, so that the same entries may be read again.
   *
   * @returns false when the claim was taken before, and then nothing is written
   * @throws OrchestratorError `audit_unavailable` if it cannot be made durable
   */
  queue(batch: QueuedBatch): Promise<boolean>;
  /** Writes what became of rows, each only while it is in the state it is expected in; answers how many were. */
  change(changes: readonly DeliveryChange[]): Promise<number>;
  find(id: string): Promise<Delivery | null>;
  list(query: DeliveryQuery): Promise<readonly Delivery[]>;
  /** @param destination null for every destination */
  count(destination: string | null, state: DeliveryState): Promise<number>;
  /** Drops rows that ended before an instant. */
  purge(endedBefore: number): Promise<void>;
}

export type DeliveryState = "pending" | "delivered" | "dead";

/** One notice on its way to one destination. */
export interface Delivery {
  /** Stays the same through every attempt and every replay, so that a receiver can drop repeats. Ids sort by time. */
  readonly id: string;
  readonly destination: string;
  /** Such as `approval.created`. */
  readonly event: string;
  /** Exactly what is signed and sent; it holds ids, never what a request says. */
  readonly body: string;
  readonly createdAt: number;
  readonly course: DeliveryCourse;
}

/** How far a delivery has come. */
export interface DeliveryCourse {
  readonly state: DeliveryState;
  /** Begun, since it was queued or put back. */
  readonly attempts: number;
  /** When it is next tried; null once it ended. */
  readonly nextAt: number | null;
  readonly endedAt: number | null;
  /** What the last attempt was answered: an HTTP status or an SMTP reply code. */
  readonly status: number | null;
  /** The class of what was last wrong, such as `timeout`; never what the other side wrote. */
  readonly error: string | null;
}

export interface DeliveryChange {
  readonly id: string;
  readonly from: DeliveryState;
  readonly to: DeliveryCourse;
}

export interface DeliveryQuery {
  /** Null for every destination. */
  readonly destination: string | null;
  readonly state: DeliveryState;
  /** `due` is by `nextAt`, soonest first; `oldest` and `newest` are by id. */
  readonly order: "due" | "oldest" | "newest";
  readonly limit: number;
}

export interface DestinationState {
  readonly name: string;
  /** Changes with what is configured of it. */
  readonly fingerprint: string;
  /** Entries of the log below this position are queued for it. */
  readonly position: number;
  /** Since when it wants nothing any more, by its own word; null while it takes what it is sent. */
  readonly goneAt: number | null;
  /** Notices that were not queued because it was gone. */
  readonly skipped: number;
}

export interface QueuedBatch {
  readonly deliveries: readonly Delivery[];
  /** A position never goes back; `skipped` is added to what there is. */
  readonly progress: readonly { readonly name: string; readonly position: number; readonly skipped: number }[];
  /** Names a notice that is told once for good, such as `escalated apr_…`: of two who claim it one queues it. */
  readonly claim: { readonly notice: string; readonly atMs: number } | null;
}

import type { Delivery } from "./deliveries.ts";
import type { NoticeEvent } from "./notifier.ts";

/**
 * A place outside that wants to hear of notices. What it does decides nothing: it may be slow, wrong or gone.
 *
 * An adapter is correct when each way in which the other side can fail comes back as an outcome and never as a throw.
 */
export interface Destination {
  /** One of a kind, as configured. */
  readonly name: string;
  /** Changes with what is configured of it. */
  readonly fingerprint: string;
  /** Where it is, for people; no secret and no token of an address stands in it. */
  readonly address: string;
  readonly events: ReadonlySet<NoticeEvent>;
  /** Why nothing can be sent from this process, such as a variable that is not set; null where it can. */
  readonly unready: string | null;
  /** One attempt, which ends when it is aborted. */
  send(delivery: Pick<Delivery, "id" | "body">, signal: AbortSignal): Promise<SendOutcome>;
}

/** How one attempt ended. `error` is a word of ours: nothing the other side wrote goes on from here. */
export type SendOutcome =
  /** With an `error` where not everybody took it. */
  | { readonly kind: "delivered"; readonly status: number; readonly error: string | null }
  /** It wants nothing any more, ever. */
  | { readonly kind: "gone"; readonly status: number }
  | {
      readonly kind: "failed";
      readonly status: number | null;
      readonly error: string;
      /** How long it asked to be left alone. */
      readonly retryAfterMs: number | null;
    };

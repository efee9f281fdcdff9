/** Something a person should hear of. Ids only: what a request holds is read where it is kept. */
export type Notice =
  | {
      readonly type: "approval_created";
      readonly run: string;
      readonly step: string;
      readonly approval: string;
      readonly tier: string;
    }
  | {
      readonly type: "approval_decided";
      readonly run: string;
      readonly step: string;
      readonly approval: string;
      readonly decision: "granted" | "denied" | "expired" | "voided";
    }
  | {
      readonly type: "approval_escalated";
      readonly run: string;
      readonly step: string;
      readonly approval: string;
      readonly tier: string;
      /** Since it was asked for. */
      readonly waitedMs: number;
    }
  | { readonly type: "run_ended"; readonly run: string; readonly outcome: string };

/** What the notices are called outside, such as in `events:` of a destination. */
export const NOTICE_EVENTS = ["approval.created", "approval.decided", "approval.escalated", "run.ended"] as const;

export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/**
 * Tells people what waits for them. May fail or be slow: the run neither waits
 * for it nor learns of it, so a notice is a hint and the inbox is the truth.
 */
export interface Notifier {
  notify(notice: Notice): Promise<void>;
}

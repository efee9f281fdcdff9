import { toRfc3339, type JsonObject } from "@writ/core";

import type { Notice, NoticeEvent } from "../ports/notifier.ts";
import type { HeardNotice } from "./notices-in.ts";

const EVENTS: Readonly<Record<Notice["type"], NoticeEvent>> = {
  approval_created: "approval.created",
  approval_decided: "approval.decided",
  approval_escalated: "approval.escalated",
  run_ended: "run.ended",
};

/** What a notice is called outside. */
export function eventOf({ type }: Notice): NoticeEvent {
  return EVENTS[type];
}

/**
 * A notice as it leaves: ids, and words of ours. What a request says is read where it is kept, by who may.
 *
 * @param origin of the log
 * @see CloudEvents 1.0, structured mode
 */
export function eventBody(origin: string, { id, at, notice }: HeardNotice): string {
  return JSON.stringify({
    specversion: "1.0",
    id,
    source: origin,
    type: `dev.writ.${eventOf(notice)}`,
    subject: notice.type === "run_ended" ? notice.run : notice.approval,
    time: toRfc3339(at),
    datacontenttype: "application/json",
    data: dataOf(notice),
  });
}

function dataOf(notice: Notice): JsonObject {
  if (notice.type === "run_ended") return { run_id: notice.run, outcome: notice.outcome };
  const ids = { run_id: notice.run, step: notice.step, approval_id: notice.approval };
  switch (notice.type) {
    case "approval_created":
      return { ...ids, tier: notice.tier };
    case "approval_decided":
      return { ...ids, decision: notice.decision };
    case "approval_escalated":
      return { ...ids, tier: notice.tier, waited_ms: notice.waitedMs };
  }
}

import { count, identifier, instant } from "@writ/core/schema/scalar";
import { NOTICE_EVENTS } from "@writ/runtime";
import * as z from "zod";

const event = z.enum(NOTICE_EVENTS);
const status = z.int().nullable().describe("an HTTP status, or an SMTP reply code");
const error = z.string().nullable().describe("the class of what was wrong; what the other side wrote is not kept");

export const destinations = z.object({
  destinations: z.array(
    z.object({
      name: z.string(),
      address: z.string().describe("without what may be a key"),
      events: z.array(event),
      state: z.enum(["ready", "unready", "gone"]),
      why: z.string().nullable(),
      pending: count,
      delivered: count.describe("of the last 30 days"),
      dead: count,
      skipped: count.describe("not queued because it was gone"),
      unqueued: count.describe("in the log and not queued yet: the process that works here next does it"),
      newest_error: z.object({ status, error }).nullable(),
    }),
  ),
  dead_elsewhere: count.describe("dead letters for what is not configured any more"),
});

export const deadLetter = z.object({
  id: identifier("msg"),
  destination: z.string(),
  event,
  subject: z.string().describe("the run or the approval it is about"),
  created_at: instant,
  given_up_at: instant,
  attempts: count,
  status,
  error,
});

export const replayed = z.object({
  replayed: count,
  left: count.describe("their destination is gone or not configured"),
});

import * as z from "zod";
import { approvalId, count, instant, OUTCOMES, runId, stepPath } from "./scalar.ts";

const about = { run_id: runId, step: stepPath, approval_id: approvalId };
const tier = z.string().describe("how far the call would reach");

function event<T extends string, D extends z.ZodType>(type: T, data: D) {
  return z.strictObject({
    specversion: z.literal("1.0"),
    id: z.string().describe("the same for every destination and every attempt"),
    source: z.string().describe("the origin of the log"),
    type: z.literal(type),
    subject: z.union([runId, approvalId]),
    time: instant,
    datacontenttype: z.literal("application/json"),
    data,
  });
}

/** What leaves for webhooks, a CloudEvent in structured mode: ids, and words of ours. */
export const noticeEvent = z.discriminatedUnion("type", [
  event("dev.writ.approval.created", z.strictObject({ ...about, tier })),
  event(
    "dev.writ.approval.decided",
    z.strictObject({ ...about, decision: z.enum(["granted", "denied", "expired", "voided"]) }),
  ),
  event("dev.writ.approval.escalated", z.strictObject({ ...about, tier, waited_ms: count })),
  event("dev.writ.run.ended", z.strictObject({ run_id: runId, outcome: z.enum(OUTCOMES) })),
]);

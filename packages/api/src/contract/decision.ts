import { APPROVAL_MODES } from "@writ/core";
import { approvalId, digest, instant, runId } from "@writ/core/schema/scalar";
import * as z from "zod";
import { approval, approvalDetail } from "./approval.ts";
import { APPROVAL_STATUSES } from "./run.ts";
import { cursor, limit, reason, taskHead } from "./task.ts";

const oneOrMany = <T extends z.ZodType>(item: T) => z.union([item.transform((one) => [one]), z.array(item)]).optional();

export const approvalQuery = z.strictObject({
  state: oneOrMany(z.enum([...APPROVAL_STATUSES, "any"])).describe("those that wait where nothing is said"),
  task: runId.optional(),
  tool: z.string().max(200).optional(),
  tier: z.enum(APPROVAL_MODES).optional(),
  cursor: cursor.optional(),
  limit,
});

export const approvalPage = z.object({ items: z.array(approval), next_cursor: z.string().nullable() });

export const approvalName = z.strictObject({ id: approvalId });

/** What a person decides on: the frozen bytes, what is the case now, and which rule asks. */
export const request = z.object({
  ...approvalDetail.shape,
  goal: z.string().nullable(),
  reasons: z.array(z.object({ rule: z.string(), says: z.string() })).describe("why somebody is asked"),
  confirmation: z.string().nullable().describe("what is typed to approve it in the dashboard; null where nothing is"),
  live: z
    .object({
      evidence: z.array(z.object({ ref: z.string(), value: z.json() })),
      preview: z.json(),
      read_at: instant,
    })
    .nullable()
    .describe("the same as it is now; null when nothing can be read or nobody waits"),
});

export const approve = z.strictObject({
  binding_hash: digest.optional().describe("what the caller saw; refused if it is not what would be granted"),
  confirmation: z.string().max(200).optional().describe("asked for in the dashboard before what cannot be undone"),
});
export const denial = z.strictObject({ reason });

export const decided = z.object({
  approval,
  is_new: z.boolean().describe("false when it had been decided the same way before"),
  task: taskHead.describe("the task just after the decision; it goes on by itself"),
});

export const askedAgain = z.object({ approval: approval.describe("the request that waits now") });

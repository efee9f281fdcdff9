import { approvalId, count, digest, hex, instant, planId, runId, stepPath } from "@writ/core/schema/scalar";
import { APPROVAL_MODES, RUN_STATUSES, STEP_STATUSES } from "@writ/core";
import * as z from "zod";

export const next = z.array(z.string()).describe("commands that can be typed as they stand, most useful first");

const amounts = z.object({
  steps: count,
  tool_calls: count,
  tokens: count,
  cost_cents: z.number().nonnegative(),
  wall_clock_ms: count,
});

export const APPROVAL_STATUSES = ["waiting", "granted", "used", "denied", "expired", "voided", "cancelled"] as const;

const head = {
  run_id: runId,
  status: z.enum(RUN_STATUSES),
  reason: z.string().nullable().describe("why the run stands still or ended so, as a code"),
  goal: z.string().nullable().describe("null once it was erased"),
  plan_id: planId.nullable(),
  plan_hash: digest.nullable(),
  approvals: z.array(
    z.object({
      approval_id: approvalId,
      step: stepPath,
      status: z.enum(APPROVAL_STATUSES),
      expires_at: instant,
    }),
  ),
  artifacts: z
    .array(z.object({ path: z.string(), sha256: hex }))
    .describe("files the run left behind, each as it was last"),
  budget: z.object({ used: amounts, limits: amounts }),
  next,
};

export const run = z.object({
  ...head,
  steps: z.array(
    z.object({
      id: stepPath,
      tool: z.string().nullable(),
      status: z.enum(STEP_STATUSES),
      approval_mode: z.enum(APPROVAL_MODES).nullable(),
      attempts: count,
    }),
  ),
});

export const listItem = z.object(head);

export const event = z.object({
  id: z
    .string()
    .regex(/^run_[0-9a-z]{26}\/[1-9][0-9]*\/[0-9]+$/)
    .describe("run, entry, place in it"),
  seq: count,
  at: instant,
  run_id: runId,
  type: z.string(),
  data: z.record(z.string(), z.json()).describe("the fact as it stands in the journal"),
});

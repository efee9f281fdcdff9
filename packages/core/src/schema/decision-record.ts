import * as z from "zod";
import { POLICY_MODES } from "../plan/plan-document.ts";
import { APPROVAL_MODES } from "../tool/approval-mode.ts";
import {
  actor,
  amounts,
  approvalId,
  commit,
  count,
  digest,
  identifier,
  instantMs,
  limits,
  OUTCOMES,
  pins,
  planId,
  runId,
  stepPath,
} from "./scalar.ts";

/** A list that only grows, as its count and one digest. */
export const chain = z.strictObject({ count, chain: digest });

export const score = z.string().describe("a decimal number in [0, 1]");

const controls = z.strictObject({
  policy_mode: z.enum(POLICY_MODES).nullable(),
  ceiling: z.enum(APPROVAL_MODES).nullable(),
  budget: limits,
  used: amounts,
  loop_guard: z.strictObject({ trips: count }),
  critic_version: z.string(),
  evaluators: z.record(z.string(), z.string()).describe("versions by name"),
  replan_attempts: count,
  retries: count,
});

/** What was decided, on which evidence, under which approvals and controls. */
export const decisionRecordForm = z.strictObject({
  type: z.literal("writ/record/v1"),
  record_id: identifier("dr"),
  decision_key: z.literal("run.outcome"),
  decision_version: z.string(),
  status: z.enum(["DECIDED", "FAILED", "DENIED", "EXPIRED", "CANCELLED", "ESCALATED"]),
  outcome: z.enum(OUTCOMES),
  actor: actor.omit({ session: true }),
  subjects: z.array(z.string()),
  run_id: runId,
  log_id: identifier("log"),
  tenant_id: z.string(),
  plan_id: planId.nullable(),
  plan_commit: commit.nullable(),
  plan_lineage: z.array(planId),
  inputs: z.strictObject({ $commit: commit }).nullable().describe("the goal"),
  evidence: z.array(z.string()),
  policy_hash: digest.nullable(),
  approvals: z.array(
    z.strictObject({
      approval: approvalId,
      binding_hash: digest,
      decision: z.string(),
      actor: z.string(),
      decided_at_ms: instantMs,
    }),
  ),
  controls_active: controls,
  effects: z.array(
    z.strictObject({ step: stepPath, tool: z.string(), tool_call: identifier("tc"), idempotency_key: z.string() }),
  ),
  tool_calls: chain,
  pins: pins.nullable(),
  verdict: z.enum(["accept", "escalate"]),
  journal_version: z.int().positive(),
  scorecard: z.strictObject({ utility: score, verdicts: z.record(z.string(), count) }),
  reason: z
    .strictObject({
      code: z.string(),
      step: z.string().nullable(),
      detail: z.string().nullable(),
      trip: z.record(z.string(), z.union([z.string(), count])).nullable(),
    })
    .nullable(),
});

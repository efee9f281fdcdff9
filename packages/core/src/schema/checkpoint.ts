import * as z from "zod";
import { RUN_STATUSES } from "../run/statuses.ts";
import { chain, score } from "./decision-record.ts";
import {
  amounts,
  approvalId,
  commit,
  count,
  digest,
  identifier,
  instantMs,
  pins,
  planId,
  runId,
  stepPath,
} from "./scalar.ts";

/** Where a run stood after a verdict: what was added since the one before, by chains. */
export const checkpointForm = z.strictObject({
  type: z.literal("writ/checkpoint/v1"),
  checkpoint_id: identifier("ck"),
  run_id: runId,
  session_id: z.string().nullable(),
  sequence: z.int().positive(),
  parent_hash: digest.nullable(),
  journal_version: z.int().positive(),
  after_step: stepPath.nullable(),
  critic_verdict: z.enum(["accept", "retry", "replan", "escalate"]).nullable(),
  step_scores: z.record(z.string(), score).nullable(),
  next_step: z.string().nullable(),
  plan_id: planId.nullable(),
  plan_commit: commit.nullable(),
  replan_attempts: count,
  completed: chain,
  transcript: chain,
  evidence: chain,
  effects: chain,
  open_approvals: z.array(approvalId).max(10).describe("the first ten"),
  lane_states: z.array(z.json()),
  loop_guard: z.strictObject({ trips: count }),
  budget: z.strictObject({ used: amounts, version: z.int().positive() }),
  pins: z.union([pins, z.strictObject({})]),
  saved_at_ms: instantMs,
  terminal_status: z.enum(RUN_STATUSES).nullable(),
});

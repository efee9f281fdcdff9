import * as z from "zod";
import { APPROVAL_MODES } from "../tool/approval-mode.ts";
import { approvalId, commit, count, digest, hex, identifier, instantMs, planId, runId, stepPath } from "./scalar.ts";

/** What an approval binds; its digest is the binding hash. */
export const binding = z.strictObject({
  type: z.literal("writ/approval/v1"),
  log: identifier("log"),
  tenant: z.string(),
  run: runId,
  plan: planId,
  step: stepPath,
  approval: approvalId,
  plan_commit: commit,
  tool: z.string(),
  tool_hash: digest,
  args_commit: commit,
  evidence: z.array(z.strictObject({ commit, ref: z.string() })).describe("ordered by ref, unique"),
  preview_commit: commit,
  policy_hash: digest,
  sandbox_hash: digest,
  tier: z.enum(APPROVAL_MODES),
  gates: z.array(z.string()).min(1).describe("the rules and gates that ask, sorted"),
  budget: z.strictObject({ cost_millicents: count, tokens: count, tool_calls: count, wall_clock_ms: count }),
  idempotency_key: z.string(),
  expires_at_ms: instantMs,
  nonce: hex,
});

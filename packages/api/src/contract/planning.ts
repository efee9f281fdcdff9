import { APPROVAL_MODES, planDocument } from "@writ/core";
import { count, digest, hex, instant, runId, stepPath } from "@writ/core/schema/scalar";
import * as z from "zod";
import { approval } from "./approval.ts";
import { problem } from "./error.ts";
import { run } from "./run.ts";

export const planned = z.object({ ...run.shape, plan: planDocument });

export const comparison = z.object({
  chosen: z.string().nullable(),
  ranked: z.array(z.object({ template: z.string(), utterance: z.string(), score: z.number() })),
});

export const dryRun = z.object({
  plan_hash: digest,
  verdict: z.literal("ok"),
  findings: z.array(problem),
  strictness: z.object({
    tier: z.enum(APPROVAL_MODES),
    passes: z.int().min(1).max(2),
    warnings_are_errors: z.boolean(),
    objects: z.array(z.object({ step: z.string(), object: z.string() })),
  }),
});

const attempt = z.object({
  number: z.int().nonnegative(),
  started_at: instant,
  ended_at: instant.nullable(),
  outcome: z.string().nullable(),
  detail: z.string().nullable(),
  error: z.string().nullable().describe("a failure in the words of the tool; null once it was erased"),
  authority: z.string(),
});

/** A step over its life. */
export const history = {
  tool: z.string().nullable(),
  attempts: z.array(attempt),
  verdict: z.string().nullable(),
  scores: z.record(z.string(), z.string()),
  reason: z.string().nullable(),
  error: z.string().nullable().describe("what it failed with last, in the words of its tool"),
};

/** A run for people who were not there. */
export const report = z.object({
  task: run,
  started_by: z.string(),
  started_at: instant,
  ended_at: instant.nullable(),
  worked_ms: count,
  waited_ms: count,
  policy_mode: z.string(),
  steps: z.array(z.object({ path: stepPath, ...history })),
  approvals: z.array(approval),
  artifacts: z.array(
    z.object({ run_id: runId, step: stepPath, path: z.string(), sha256: hex, bytes: count, at: instant }),
  ),
  facts: count,
  record: z.object({ id: z.string(), hash: digest }).nullable(),
});

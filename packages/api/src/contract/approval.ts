import { APPROVAL_MODES, previewShape } from "@writ/core";
import { binding } from "@writ/core/schema/binding";
import { approvalId, digest, instant, runId, stepPath } from "@writ/core/schema/scalar";
import * as z from "zod";
import { APPROVAL_STATUSES, run } from "./run.ts";

/** A request for a decision. */
export const approval = z.object({
  approval_id: approvalId,
  run_id: runId,
  step: stepPath,
  status: z.enum(APPROVAL_STATUSES),
  tool: z.string(),
  tier: z.enum(APPROVAL_MODES),
  gates: z.array(z.string()),
  title: z.string().nullable().describe("null once it was erased"),
  binding_hash: digest,
  requested_at: instant,
  expires_at: instant,
  decided_at: instant.nullable(),
  decided_by: z.string().nullable(),
  reason: z.string().nullable(),
});

export const approvalDetail = z.object({
  ...approval.shape,
  preview: previewShape.nullable().describe("null once it was erased"),
  args: z.json().describe("resolved, as they would be sent"),
  evidence: z.array(z.object({ ref: z.string(), value: z.json() })),
  moved: z.enum(["evidence", "preview"]).nullable(),
  binding,
});

export const approved = z.object({ approval, is_new: z.boolean(), run });
export const denied = z.object({ approval, is_new: z.boolean() });

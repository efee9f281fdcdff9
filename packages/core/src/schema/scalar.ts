import * as z from "zod";
import { STEP_ID } from "../plan/plan-document.ts";

/** SHA-256 with its name before it. */
export const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .describe("SHA-256 of the canonical JSON (RFC 8785) of a document");

/** A salted commitment, or a digest where only hexadecimal digits stand. */
export const hex = z.string().regex(/^[0-9a-f]{64}$/);

export const commit = hex.describe("salted commitment to a payload");

/** What stands in hashed documents for an instant. */
export const instantMs = z.int().nonnegative().describe("milliseconds since 1970, UTC");

/** What stands on the wire for an instant. */
export const instant = z
  .string()
  .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$/)
  .describe("RFC 3339, UTC");

export const count = z.int().nonnegative();

/** A prefixed identifier; the body is 26 characters of Crockford's base32. */
export function identifier(prefix: string) {
  return z.string().regex(new RegExp(`^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`));
}

export const runId = identifier("run");
export const planId = identifier("plan");
export const approvalId = identifier("apr");

/** The name of an unrolled step: its id, or the ids of the blocks around it with their turns, `review[2]/fix`. */
export const stepPath = z.string().min(1).describe(`a step: its id (${STEP_ID.source}), or its path in a block`);

export const amounts = z.strictObject({
  steps: count,
  tool_calls: count,
  tokens: count,
  cost_millicents: count.describe("thousandths of a cent"),
  wall_clock_ms: count,
});

export const limits = z.strictObject({
  ...amounts.shape,
  replans: count,
  retries: count,
  retries_per_step: count,
});

export const usage = z.strictObject({ tokens: count, cost_millicents: count, wall_clock_ms: count });

export const pins = z
  .strictObject({
    policy: digest,
    tools: digest,
    evaluators: digest,
    models: digest,
    sandbox: digest,
    runtime: z.string(),
  })
  .describe("digests of the documents that configure the run");

export const actor = z
  .strictObject({
    kind: z.enum(["user", "agent", "service", "automation", "policy", "system"]),
    id: z.string().describe("a pseudonym; names live outside the log"),
    session: z.string().exactOptional(),
  })
  .describe("who caused it");

export const OUTCOMES = ["completed", "failed", "rejected", "expired", "cancelled", "escalated"] as const;

const trip = z.strictObject({
  code: z.literal("loop_detected"),
  kind: z.enum(["identical_call", "no_progress", "plan_repeat", "plan_oscillation"]),
  count,
  threshold: count,
});

/** A code and what it is about, never free text. */
export const reason = z
  .strictObject({
    code: z.string().regex(/^[a-z_]+$/),
    step: z.string().exactOptional(),
    detail: z.string().exactOptional(),
    trip: trip.exactOptional(),
  })
  .describe("why, as a code of the tables and what it is about");

/** What stands in an entry for what a person, a model, a tool or a file said: its birth has form and size, each later mention the commitment alone. */
export const payload = z
  .strictObject({
    $commit: commit,
    $as: z.enum(["json", "text", "bytes"]).exactOptional(),
    $bytes: count.exactOptional(),
  })
  .describe("a payload, which can be erased: its salted commitment");

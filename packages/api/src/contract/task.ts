import { budgetDocument, planDocument, POLICY_MODES, RUN_STATUSES } from "@writ/core";
import { count, instant, runId, stepPath, hex } from "@writ/core/schema/scalar";
import * as z from "zod";
import { decision } from "./error.ts";
import { listItem, run } from "./run.ts";

const text = z.string().max(1_000_000);

/** What a task is made of: a goal or a plan, what is known already, and bounds that may only be tighter than configured. */
export const taskCreate = z
  .strictObject({
    goal: z.string().max(20_000).optional().describe("what is wanted, in words; may be left out beside a plan"),
    plan: z.record(z.string(), z.json()).optional().describe("a plan that a program or a person wrote"),
    inputs: z.record(z.string(), z.json()).optional().describe("values the plan reads"),
    context: z
      .strictObject({
        files: z
          .array(z.strictObject({ name: z.string().min(1).max(1_024), text }))
          .max(100)
          .optional(),
        previous_results: z.array(runId).max(20).optional().describe("tasks whose reports are planned with"),
        constraints: z.array(z.string().min(1).max(4_000)).max(100).optional(),
      })
      .optional(),
    policy_mode: z.enum(POLICY_MODES).optional().describe("may only be stricter than configured"),
    budget: budgetDocument.optional().describe("may only be tighter than configured"),
    approval_ttl_ms: z.int().positive().optional().describe("may only be shorter than configured"),
    deadline_at: instant.optional(),
    begin: z
      .enum(["when_run", "at_once"])
      .optional()
      .describe("at_once: answers before it is planned, and runs what is; when_run where nothing is said"),
  })
  .refine(({ goal, plan }) => goal !== undefined || plan !== undefined, "give a goal or a plan");

const standing = {
  id: runId.describe("the task's id, which is its run's"),
  version: count.describe("entries of its journal"),
  door: z.string(),
  started_by: z.string().describe("a pseudonym"),
  created_at: instant,
  updated_at: instant,
  ended_at: instant.nullable(),
  worked_ms: count,
  waited_ms: count,
  needs_you: z.boolean(),
  progress: z.object({ total: count, done: count, failed: count }),
  waiting: z.object({ gates: z.array(stepPath), doubts: z.array(stepPath), reviews: z.array(stepPath) }),
};

export const task = z.object({ ...run.shape, ...standing, policy_mode: z.enum(POLICY_MODES).nullable() });
export const taskHead = z.object({ ...listItem.shape, ...standing });

export const cursor = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,200}$/)
  .describe("`next_cursor` of the page before");
export const limit = z.coerce.number().int().min(1).max(200).optional();
const oneOrMany = <T extends z.ZodType>(item: T) => z.union([item.transform((one) => [one]), z.array(item)]).optional();

export const taskQuery = z.strictObject({
  state: oneOrMany(z.enum(RUN_STATUSES)).describe("one or several"),
  needs_you: z.enum(["true", "false"]).optional().describe("only those somebody must act on, or only the others"),
  q: z.string().min(1).max(200).optional().describe("in the goal, a file, a tool or a person, or the id's beginning"),
  tool: z.string().max(200).optional(),
  since: instant.optional().describe("made at or after"),
  before: runId.optional().describe("older than this task; in the place of a cursor"),
  cursor: cursor.optional(),
  limit,
});

export const taskPage = z.object({
  items: z.array(taskHead),
  next_cursor: z.string().nullable(),
  counts: z.record(z.string(), count).describe("tasks of the workspace in each state"),
});

export const taskId = z.strictObject({ id: runId });
export const stepName = z.strictObject({ id: runId, step: z.string().min(1).max(500) });
export const artifactName = z.strictObject({ id: runId, sha256: hex });

export const reason = z.string().trim().min(1).max(4_000);
export const nothing = z.strictObject({});
export const cancellation = z.strictObject({ reason: reason.optional() });
const AMOUNTS = ["steps", "tool_calls", "tokens", "cost_cents", "wall_clock_ms"] as const;
export const extension = z
  .strictObject({
    steps: count.optional(),
    tool_calls: count.optional(),
    tokens: count.optional(),
    cost_cents: z.number().nonnegative().optional(),
    wall_clock_ms: count.optional(),
    reason,
  })
  .refine((wanted) => AMOUNTS.some((name) => (wanted[name] ?? 0) > 0), "extend by something");
export const resolution = z.strictObject({ answer: z.enum(["happened", "did_not_happen", "retry", "skip"]) });

export const plan = z.object({
  plan_id: z.string(),
  plan_hash: z.string(),
  policy_mode: z.enum(POLICY_MODES),
  steps: z.array(
    z.object({
      id: stepPath,
      kind: z.string(),
      tool: z.string().nullable(),
      approval_mode: z.string().nullable(),
      needs: z.array(z.string()).describe("steps that come before"),
      decision: decision.nullable().describe("what policy answers, as far as the arguments are known"),
      rules: z.array(z.string()),
    }),
  ),
  document: planDocument,
});

export const artifact = z.object({
  run_id: runId,
  step: stepPath,
  path: z.string(),
  sha256: hex,
  bytes: count,
  at: instant,
});
export const artifacts = z.object({ items: z.array(artifact) });

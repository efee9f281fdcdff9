import * as z from "zod";
import { centsOf, millicentsOf, MOST_CENTS } from "../base/money.ts";
import { APPROVAL_MODES } from "../tool/approval-mode.ts";

/** Step ids: `.`, `/`, `#` and `[` are the marks of paths. */
export const STEP_ID = /^[A-Za-z0-9_-]{1,64}$/;
const TOOL_NAME = /^[a-z0-9_-]+([./][A-Za-z0-9_-]+)+$/;
const NAME = /^[A-Za-z0-9_.:-]{1,200}$/;

/** Names that references and paths have a meaning for. */
const RESERVED_IDS: ReadonlySet<string> = new Set(["inputs", "undo", "finally", "_end"]);

const stepId = z
  .string()
  .regex(STEP_ID, "a step id has letters, digits, _ and - only")
  .refine((id) => !RESERVED_IDS.has(id), "this name is reserved; give the step another");
const expression = z.string().min(1).max(2_000);
const json = z.json();
/** What stands inline in facts is bounded, so that every fact fits an entry. */
const reference = z.string().max(1_000);
const MAX_NAMES = 32;

const common = {
  id: stepId,
  depends_on: z.array(stepId).optional().describe("steps that must have succeeded before"),
  when: expression.optional().describe("runs only when this holds; otherwise the step is skipped"),
  on_failure: z.enum(["stop", "continue"]).optional(),
  fallback_for: stepId.optional().describe("runs only when the named step failed for good, and then stands in for it"),
  requires: z
    .array(z.string().regex(NAME))
    .max(MAX_NAMES)
    .optional()
    .describe("GATE_* entries are gates, any other is a name of evidence"),
  rationale: z.string().max(4_000).nullish().describe("why, for people"),
};

const toolStep = z.strictObject({
  ...common,
  kind: z.literal("tool").optional(),
  tool: z.string().max(200).regex(TOOL_NAME, "a tool is named area.verb_object"),
  params: z.record(z.string(), json).optional(),
  param_bindings: z
    .record(reference, reference)
    .optional()
    .describe(
      "<JSON pointer into params>: <step id>.<JSON pointer into its output>; the step id `inputs` names the run's inputs",
    ),
  approval_mode: z.enum(APPROVAL_MODES).nullish().describe("the tool's tier; required from network on"),
  produces_evidence: z.array(z.string().regex(NAME)).max(MAX_NAMES).optional(),
  timeout_ms: z.int().positive().nullish(),
  retry: z.strictObject({ max_attempts: z.int().min(1).max(10), backoff_ms: z.int().nonnegative() }).nullish(),
  compensation: z.strictObject({ tool: z.string().max(200), params: z.record(z.string(), json) }).nullish(),
  lane: z.null().optional(),
  occurrence: z.int().nonnegative().optional(),
});

const gateStep = z.strictObject({ ...common, kind: z.literal("gate"), message: z.string().max(4_000).optional() });
const checkStep = z.strictObject({
  ...common,
  kind: z.literal("check"),
  that: expression,
  message: z.string().max(4_000).optional(),
});
const valueStep = z.strictObject({
  ...common,
  kind: z.literal("value"),
  set: z.record(z.string().regex(/^[a-z_][a-z0-9_]{0,63}$/), expression),
});

export const stepDocument = z.union([toolStep, gateStep, checkStep, valueStep]);

export const checkpointDocument = z.strictObject({
  decision_id: z.string().regex(NAME),
  after_step: stepId,
  spec_version: z.string().nullish(),
  proposed_outcome: z.string().nullish(),
});

/** Money as it is written: cents, of which the thousandth is the smallest part. */
export const costCents = z
  .number()
  .nonnegative()
  .max(MOST_CENTS)
  .refine((cents) => centsOf(millicentsOf(cents)) === cents, "cents have at most three decimals");

export const budgetDocument = z.strictObject({
  steps: z.int().nonnegative().optional(),
  tool_calls: z.int().nonnegative().optional(),
  tokens: z.int().nonnegative().optional(),
  cost_cents: costCents.optional(),
  wall_clock_ms: z.int().nonnegative().optional(),
  replans: z.int().nonnegative().optional(),
  retries: z.int().nonnegative().optional(),
  retries_per_step: z.int().nonnegative().optional(),
});

export const POLICY_MODES = ["constrained", "review_required", "autonomous"] as const;

export const plannerDocument = z.strictObject({
  kind: z.enum(["template", "model", "person", "program"]),
  ref: z.string(),
  version: z.string(),
  model_call_ids: z.array(z.string()),
});

/** A plan as it stands in files, in payloads and under its hash. */
export const planDocument = z.strictObject({
  intent: z.string().regex(NAME, "an intent is a dotted name such as docs.daily_brief"),
  steps: z.array(stepDocument).min(1).max(20_000),
  decision_checkpoints: z.array(checkpointDocument).describe("may be empty"),
  policy_mode: z.enum(POLICY_MODES).optional().describe("may only tighten what the run allows"),
  budget: budgetDocument.optional().describe("may only tighten what the run allows"),
  plan_id: z.string().optional(),
  plan_version: z.int().positive().optional(),
  supersedes_plan_id: z.string().nullish(),
  replan_reason: z.string().nullish(),
  planner: plannerDocument.optional().describe("who wrote the plan; filled in"),
  plan_hash: z.string().optional().describe("filled in; one that is given must be right"),
  token_estimate: z.number().nonnegative().optional(),
  cost_estimate_cents: z.number().nonnegative().optional(),
});

export type PlanDocument = z.infer<typeof planDocument>;
export type StepDocument = z.infer<typeof stepDocument>;
export type ToolStepDocument = z.infer<typeof toolStep>;
export type BudgetDocument = z.infer<typeof budgetDocument>;
export type PolicyMode = (typeof POLICY_MODES)[number];

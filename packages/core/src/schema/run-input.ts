import * as z from "zod";
import { POLICY_MODES } from "../plan/plan-document.ts";
import { APPROVAL_MODES } from "../tool/approval-mode.ts";
import { FAILURE_KINDS } from "../tool/failure.ts";
import {
  amounts,
  approvalId,
  count,
  digest,
  hex,
  instantMs,
  limits,
  payload,
  pins,
  stepPath,
  usage,
} from "./scalar.ts";

const attempt = z.int().positive();
const evidence = z.array(z.strictObject({ ref: z.string(), value: payload }));

/** What bounds one run, decided at its door. */
export const runSettings = z.strictObject({
  tenant: z.string(),
  door: z.string().describe("where it came in: run, plan, demo, undo, an API"),
  mode: z.enum(POLICY_MODES),
  ceiling: z.enum(APPROVAL_MODES),
  intent: z.string().nullable(),
  budget: limits,
  width: z.int().positive().describe("steps that may run or open their gate at once"),
  approval_ttl_ms: count,
  timeout_ms: count,
  begin: z.boolean().describe("false leaves the plan to be looked at first"),
  on_fatal: z.enum(["pause", "fail"]),
  deadline_at_ms: instantMs.nullable(),
  ttl_ms: count.nullable(),
});

export const ANSWERS = ["happened", "did_not_happen", "retry", "skip"] as const;

export const undo = z.strictObject({ tool: z.string(), args: payload }).nullable();

/** What can arrive at a run, as it stands in an entry. */
export const runInput = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("start"),
    goal: payload,
    key_secret: payload,
    inputs: payload,
    plan: payload.nullable().describe("null: the planner is asked"),
    settings: runSettings,
    pins,
  }),
  z.strictObject({
    type: z.literal("plan_proposed"),
    plan_version: z.int().positive(),
    plan: payload,
    answers: z.array(payload).describe("what models said on the way"),
    usage,
  }),
  z.strictObject({
    type: z.literal("plan_failed"),
    plan_version: z.int().positive(),
    code: z.string(),
    error: payload,
    answers: z.array(payload),
    usage,
  }),
  z.strictObject({
    type: z.literal("gate_opened"),
    step: stepPath,
    round: z.int().positive(),
    approval: approvalId,
    args: payload,
    preview: payload,
    evidence,
    expires_at_ms: instantMs,
    nonce: hex,
  }),
  z.strictObject({
    type: z.literal("gate_failed"),
    step: stepPath,
    round: z.int().positive(),
    kind: z.enum(FAILURE_KINDS),
    error: payload,
  }),
  z.strictObject({ type: z.literal("ask_again"), approval: approvalId }),
  z.strictObject({ type: z.literal("approve"), approval: approvalId, binding_hash: digest }),
  z.strictObject({ type: z.literal("deny"), approval: approvalId, reason: payload }),
  z.strictObject({
    type: z.literal("tool_returned"),
    step: stepPath,
    attempt,
    output: payload,
    artifacts: payload.nullable(),
    undo,
    usage,
  }),
  z.strictObject({
    type: z.literal("tool_failed"),
    step: stepPath,
    attempt,
    kind: z.enum(FAILURE_KINDS),
    happened: z.enum(["no", "unknown"]),
    error: payload,
    usage,
    jitter: z.string().describe("uniform in [0, 1), as a decimal string"),
  }),
  z.strictObject({
    type: z.literal("evidence_moved"),
    step: stepPath,
    attempt: attempt.nullable().describe("the attempt that was not sent"),
    approval: approvalId,
    field: z.string(),
  }),
  z.strictObject({ type: z.literal("attempts_interrupted"), through: count }),
  z.strictObject({
    type: z.literal("attempt_probed"),
    step: stepPath,
    attempt,
    happened: z.enum(["yes", "no", "unknown"]),
  }),
  z.strictObject({ type: z.literal("resolve"), step: stepPath, attempt: count, answer: z.enum(ANSWERS) }),
  z.strictObject({ type: z.literal("time_passed") }),
  z.strictObject({ type: z.literal("pause") }),
  z.strictObject({ type: z.literal("resume") }),
  z.strictObject({ type: z.literal("extend"), amounts, reason: payload }),
  z.strictObject({ type: z.literal("cancel"), reason: payload }),
  z.strictObject({ type: z.literal("proceed") }),
]);

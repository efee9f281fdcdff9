import { APPROVAL_MODES, POLICY_MODES } from "@writ/core";
import { approvalId, count, digest, instant, runId, stepPath } from "@writ/core/schema/scalar";
import * as z from "zod";
import { decision } from "./error.ts";

const mode = z.enum(POLICY_MODES);
const tier = z.enum(APPROVAL_MODES);
const names = z.array(z.string());
const said = z.object({ id: z.string(), says: z.string() });
const jsonSchema = z.record(z.string(), z.json()).describe("JSON Schema 2020-12");

export const tool = z.object({
  name: z.string(),
  version: z.string(),
  summary: z.string(),
  tier,
  source: z.string(),
  schema_hash: digest.nullable(),
  decision,
  rules: names,
  repeat: z.enum(["idempotent", "probe", "once"]),
  sandboxed: z.boolean(),
  reversible: z.boolean(),
});

export const toolDetail = z.object({
  ...tool.shape,
  idempotency: z.enum(["required", "supported", "none"]),
  input_schema: jsonSchema,
  output_schema: jsonSchema,
  timeout_ms: count.nullable(),
  always_approve: z.boolean(),
  writes: names,
  host: z.string().nullable(),
});

export const toolsApproved = z.object({ pending: names, built_in: names });

const rule = z.object({
  id: z.string(),
  effect: z.enum(["forbid", "gate", "require"]),
  tool: z.string(),
  when: z.string().nullable(),
});

const lift = z.object({
  id: z.string(),
  tool: z.string(),
  when: z.string().optional(),
  folder: z.string().optional(),
  expires: instant.optional(),
});

export const policy = z.object({
  mode,
  ceiling: tier,
  tools: names,
  hosts: names,
  rules: z.array(rule),
  lifts: z.array(lift),
  gates: z.array(z.object({ id: z.string(), role: z.string(), quorum: z.int().positive() })),
  matrix: z
    .record(z.enum(["plan", ...APPROVAL_MODES]), z.record(mode, decision))
    .describe("what it answers for a tool of each tier, mode by mode"),
});

export const tested = z.object({
  tool: z.string(),
  tier,
  mode,
  args: z.record(z.string(), z.json()),
  tainted: z.boolean(),
  decision,
  rules: z.array(said),
  problems: z.array(z.object({ at: z.string(), message: z.string() })),
});

export const toolExplained = z.object({
  tool: z.string(),
  tier,
  modes: z.array(z.object({ mode, decision, rules: names })),
  rules: z.array(z.record(z.string(), z.json())),
  lifts: z.array(z.record(z.string(), z.json())),
});

export const runExplained = z.object({
  run_id: runId,
  mode,
  steps: z.array(
    z.object({
      step: stepPath,
      tool: z.string(),
      decision,
      rules: z.array(said),
      approval: approvalId.nullable(),
      basis: z.enum(["recorded", "expected"]),
    }),
  ),
});

export const lifted = z.object({ lift, workspace: z.string(), file: z.string(), never_lifted: names });
export const unlifted = z.object({ id: z.string(), workspace: z.string(), file: z.string() });

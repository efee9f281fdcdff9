import type { JsonObject } from "../base/json.ts";
import * as z from "zod";
import { POLICY_MODES, type PolicyMode } from "../plan/plan-document.ts";

/**
 * What a workspace's owner allows, as one document. Loosening parts (lifts,
 * hosts, `autonomous`) come from the user's own configuration folder only.
 */
export interface Policy {
  readonly mode: PolicyMode;
  /** Tools a plan may name; `*` stands for every registered tool. */
  readonly tools: readonly string[];
  /** Hosts, `name` or `name:port`, that a tool may reach. Empty is outbound off. */
  readonly hosts: readonly string[];
  readonly rules: readonly Rule[];
  readonly lifts: readonly Lift[];
  readonly gates: readonly GateRule[];
}

/** A named word of the owner: refuses, gates or demands the calls it matches. */
export interface Rule {
  readonly id: string;
  readonly effect: "forbid" | "gate" | "require";
  /** A tool's name, `area.*`, or `*`. */
  readonly tool: string;
  /** Over `args`; absent means always. */
  readonly when: string | null;
}

/** Lifts a gate of the policy mode for a bounded case; never for `destructive`, never silently. */
export interface Lift {
  readonly id: string;
  readonly tool: string;
  readonly when: string | null;
  /** Folder that every file written must be in; null for any. */
  readonly folder: string | null;
  readonly expiresAtMs: number | null;
}

/** Who answers a gate. */
export interface GateRule {
  readonly id: string;
  readonly role: string;
  /** How many different people must approve. */
  readonly quorum: number;
}

export const OPERATOR_GATE: GateRule = { id: "GATE_OPERATOR", role: "approver", quorum: 1 };

/** From most to least permissive. */
const STRICTNESS: Readonly<Record<PolicyMode, number>> = { autonomous: 0, constrained: 1, review_required: 2 };

export function stricterMode(a: PolicyMode, b: PolicyMode): PolicyMode {
  return STRICTNESS[a] >= STRICTNESS[b] ? a : b;
}

/** Whether asking for `wanted` would loosen `current`. */
export function relaxes(wanted: PolicyMode, current: PolicyMode): boolean {
  return STRICTNESS[wanted] < STRICTNESS[current];
}

/** The document a run pins. */
export function policyDocument(policy: Policy): JsonObject {
  return {
    type: "writ/policy/v1",
    mode: policy.mode,
    tools: policy.tools,
    hosts: policy.hosts,
    rules: policy.rules.map((rule) => ({ id: rule.id, effect: rule.effect, tool: rule.tool, when: rule.when })),
    lifts: policy.lifts.map((lift) => ({
      id: lift.id,
      tool: lift.tool,
      when: lift.when,
      folder: lift.folder,
      expires_at_ms: lift.expiresAtMs,
    })),
    gates: policy.gates.map((gate) => ({ id: gate.id, role: gate.role, quorum: gate.quorum })),
  };
}

/** Reads a pinned policy back. @throws ZodError for bytes that no version of Writ wrote */
export function readPolicy(document: JsonObject): Policy {
  const { mode, tools, hosts, rules, lifts, gates } = policyShape.parse(document);
  return {
    mode,
    tools,
    hosts,
    rules,
    lifts: lifts.map(({ expires_at_ms, ...lift }) => ({ ...lift, expiresAtMs: expires_at_ms })),
    gates,
  };
}

/** The pinned form of a policy. */
export const policyShape = z.strictObject({
  type: z.literal("writ/policy/v1"),
  mode: z.enum(POLICY_MODES),
  tools: z.array(z.string()),
  hosts: z.array(z.string()),
  rules: z.array(
    z.strictObject({
      id: z.string(),
      effect: z.enum(["forbid", "gate", "require"]),
      tool: z.string(),
      when: z.string().nullable(),
    }),
  ),
  lifts: z.array(
    z.strictObject({
      id: z.string(),
      tool: z.string(),
      when: z.string().nullable(),
      folder: z.string().nullable(),
      expires_at_ms: z.int().nullable(),
    }),
  ),
  gates: z.array(z.strictObject({ id: z.string(), role: z.string(), quorum: z.int().positive() })),
});

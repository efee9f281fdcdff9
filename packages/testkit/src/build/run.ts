import {
  DEFAULT_LIMITS,
  DEFAULT_POLICY,
  preparePlan,
  type ApprovalMode,
  type Json,
  type JsonObject,
  type Policy,
  type Rules,
  type RunSettings,
  type SchemaProblem,
  type Sealer,
  type StartInput,
  type ToolSpec,
} from "@writ/core";
import { testHasher } from "./hasher.ts";
import { aToolRule, aToolSpec, someRules } from "./rules.ts";

/** A run before its first input: what it is held to, and how it starts. */
export interface Beginning {
  readonly rules: Rules;
  readonly start: (seal: Sealer) => StartInput;
}

export interface ToolDraft {
  readonly tier: ApprovalMode;
  readonly over?: Partial<Omit<ToolSpec, "traits">> & { readonly traits?: Partial<ToolSpec["traits"]> };
  readonly args?: (args: Json) => readonly SchemaProblem[];
  readonly output?: (output: Json) => readonly SchemaProblem[];
}

/** Tools most tests get by with, one of each tier. */
const TOOLS: Readonly<Record<string, ToolDraft>> = {
  "docs.read": { tier: "read_only" },
  "docs.write": { tier: "local_write", over: { traits: { reversible: true } } },
  "docs.append": { tier: "local_write", over: { idempotency: "none" } },
  "docs.stamp": { tier: "local_write", over: { idempotency: "none", traits: { probe: true } } },
  "net.post": { tier: "network" },
  "agent.ask": { tier: "delegated" },
  "pay.refund": { tier: "destructive", over: { idempotency: "required" } },
};

export interface RunDraft {
  /** Beside the usual ones, or in their place. */
  readonly tools?: Readonly<Record<string, ToolDraft>>;
  readonly policy?: Partial<Policy>;
  /** Null: a planner is asked. */
  readonly plan: JsonObject | null;
  readonly settings?: Partial<RunSettings>;
  readonly inputs?: JsonObject;
}

/** A run that is valid by default; say what the test is about. */
export function aRun({ tools = {}, policy = {}, plan, settings = {}, inputs = {} }: RunDraft): Beginning {
  const drafts = Object.entries({ ...TOOLS, ...tools });
  const made = drafts.map(([name, { tier, over, args, output }]) =>
    aToolRule(testHasher, aToolSpec(name, tier, over), {
      ...(args === undefined ? {} : { args }),
      ...(output === undefined ? {} : { output }),
    }),
  );
  const rules = someRules(testHasher, made, { ...DEFAULT_POLICY, hosts: ["api.example"], ...policy });
  const prepared = plan === null ? null : prepare(plan, 1);
  return {
    rules,
    start: (seal) => ({
      type: "start",
      goal: seal.json({ text: "test" }),
      key_secret: seal.bytes(new Uint8Array(32).fill(7)),
      inputs: seal.json(inputs),
      plan: prepared === null ? null : seal.json(prepared),
      settings: { ...SETTINGS, ...settings },
      pins: {
        policy: rules.policyHash,
        tools: rules.policyHash,
        evaluators: rules.policyHash,
        models: rules.policyHash,
        sandbox: rules.sandboxHash,
        runtime: "writ/0.1.0",
      },
    }),
  };
}

export const SETTINGS: RunSettings = {
  tenant: "local",
  door: "run",
  mode: "autonomous",
  ceiling: "destructive",
  intent: null,
  budget: DEFAULT_LIMITS,
  width: 4,
  approval_ttl_ms: 60_000,
  timeout_ms: 30_000,
  begin: true,
  on_fatal: "pause",
  deadline_at_ms: null,
  ttl_ms: null,
};

/** A proposal with what intake fills in. */
export function prepare(plan: JsonObject, version: number): JsonObject {
  const planId = `plan_01m7xcc2ghp67kdy95b36qd0h${"0123456789abcdefghjkmnpqrstvwxyz".charAt(version)}`;
  return preparePlan(testHasher, plan, { planId, planVersion: version, supersedes: null });
}

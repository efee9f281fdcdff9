import {
  durationMs,
  isJsonObject,
  OPERATOR_GATE,
  type ApprovalMode,
  type Idempotency,
  type Json,
  type JsonObject,
  type Policy,
  type PolicyMode,
  type Rules,
  type SchemaProblem,
  type ToolRule,
} from "@writ/core";
import { testHasher } from "../build/hasher.ts";
import { aToolRule, aToolSpec, someRules } from "../build/rules.ts";

/** A tool of the simulated world: every tier, with and without keys and probes. */
export interface SimulatedTool {
  readonly name: string;
  readonly tier: ApprovalMode;
  readonly idempotency: Idempotency;
  readonly probe: boolean;
  /** The tool that takes its effect back. */
  readonly undo: string | null;
  readonly tokens: number;
  readonly alwaysApprove: boolean;
  readonly maxIdentical: number | null;
}

function tool(
  name: string,
  tier: ApprovalMode,
  idempotency: Idempotency,
  more: Partial<SimulatedTool> = {},
): SimulatedTool {
  return {
    name,
    tier,
    idempotency,
    probe: false,
    undo: null,
    tokens: 0,
    alwaysApprove: false,
    maxIdentical: null,
    ...more,
  };
}

export const TOOLS: readonly SimulatedTool[] = [
  tool("look.read", "read_only", "supported"),
  tool("look.poll", "read_only", "none", { maxIdentical: 5 }),
  tool("look.think", "read_only", "supported", { tokens: 40 }),
  tool("note.write", "local_write", "supported", { undo: "note.restore" }),
  tool("note.append", "local_write", "none"),
  tool("note.stamp", "local_write", "none", { probe: true, undo: "note.restore" }),
  tool("net.post", "network", "supported", { undo: "net.retract", tokens: 10 }),
  tool("net.fire", "network", "none"),
  tool("net.mail", "network", "required", { alwaysApprove: true }),
  tool("agent.ask", "delegated", "supported", { probe: true, tokens: 25 }),
  tool("pay.send", "destructive", "none"),
  tool("pay.wire", "destructive", "none", { probe: true }),
  tool("pay.charge", "destructive", "required", { undo: "pay.refund" }),
];

/** What takes effects back; never proposed. */
const UNDOING: readonly SimulatedTool[] = [
  tool("note.restore", "local_write", "supported"),
  tool("net.retract", "network", "required"),
  tool("pay.refund", "destructive", "supported", { probe: true }),
];

const BY_NAME = new Map([...TOOLS, ...UNDOING].map((each) => [each.name, each]));

export function toolNamed(name: string): SimulatedTool | undefined {
  return BY_NAME.get(name);
}

const TIMEOUT_MS = durationMs(2_000);

const INPUT = {
  type: "object",
  properties: { target: { type: "string" }, amount: { type: "integer" }, from: {} },
  additionalProperties: false,
  required: ["target"],
} as const;

const OUTPUT = {
  type: "object",
  properties: {
    id: { type: "string" },
    n: { type: "integer" },
    ok: { type: "boolean" },
    items: { type: "array", items: { type: "string" } },
  },
  required: ["id"],
} as const;

function ruleOf(each: SimulatedTool): ToolRule {
  const spec = aToolSpec(each.name, each.tier, {
    idempotency: each.idempotency,
    inputSchema: INPUT,
    outputSchema: OUTPUT,
    traits: {
      alwaysApprove: each.alwaysApprove,
      probe: each.probe,
      timeout: TIMEOUT_MS,
      reversible: each.undo !== null,
      maxIdentical: each.maxIdentical,
      tokens: each.tokens,
    },
  });
  return aToolRule(testHasher, spec, { args: argsProblems, output: outputProblems });
}

function argsProblems(args: Json): readonly SchemaProblem[] {
  if (isJsonObject(args) && typeof args["target"] === "string") return amountProblems(args);
  return [{ at: "/target", message: "target is a string" }];
}

function amountProblems({ amount }: JsonObject): readonly SchemaProblem[] {
  return amount === undefined || Number.isInteger(amount) ? [] : [{ at: "/amount", message: "amount is an integer" }];
}

function outputProblems(output: Json): readonly SchemaProblem[] {
  const isWhole = isJsonObject(output) && typeof output["id"] === "string";
  return isWhole ? [] : [{ at: "/id", message: "id is a string" }];
}

const RULES = [...TOOLS, ...UNDOING].map(ruleOf);

export const PAIR_GATE = { id: "GATE_PAIR", role: "approver", quorum: 2 };

/** @param hosts empty: outbound is off */
export function rulesFor(mode: PolicyMode, hosts: readonly string[]): Rules {
  const policy: Policy = { mode, tools: ["*"], hosts, rules: [], lifts: [], gates: [OPERATOR_GATE, PAIR_GATE] };
  return someRules(testHasher, RULES, policy);
}

/** Whether a call may start with nobody's grant, said once more and apart from the policy's own code (R2). */
export function runsFreely(named: string, mode: PolicyMode, gates: readonly string[]): boolean {
  const each = toolNamed(named);
  if (each === undefined || gates.length > 0 || each.alwaysApprove) return false;
  if (each.tier === "read_only") return true;
  return each.tier === "local_write" && mode === "autonomous";
}

/** Whether the policy itself may grant a call, so that no person is needed. */
export function policyMayGrant(named: string, mode: PolicyMode, gates: readonly string[]): boolean {
  const each = toolNamed(named);
  if (each === undefined || gates.length > 0 || each.alwaysApprove || mode !== "autonomous") return false;
  return each.tier === "network" || each.tier === "delegated";
}

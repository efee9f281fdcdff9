import {
  DEFAULT_POLICY,
  NO_TRAITS,
  digestOf,
  policyDocument,
  toolDocument,
  type ApprovalMode,
  type Hasher,
  type Json,
  type Policy,
  type Rules,
  type SchemaProblem,
  type ToolRule,
  type ToolSpec,
} from "@writ/core";

const OPEN_SCHEMA = { type: "object" } as const;

/** A declaration that is valid by default; override what the test is about. */
export function aToolSpec(
  name: string,
  tier: ApprovalMode,
  overrides: Partial<Omit<ToolSpec, "traits">> & { readonly traits?: Partial<ToolSpec["traits"]> } = {},
): ToolSpec {
  const { traits, ...rest } = overrides;
  return {
    name,
    version: "1.0.0",
    summary: name,
    inputSchema: OPEN_SCHEMA,
    outputSchema: OPEN_SCHEMA,
    tier,
    idempotency: "supported",
    ...rest,
    traits: { ...NO_TRAITS, ...traits },
  };
}

/** A rule whose schemas accept every object. */
export function aToolRule(
  hash: Hasher,
  spec: ToolSpec,
  checks: {
    readonly args?: (args: Json) => readonly SchemaProblem[];
    readonly output?: (output: Json) => readonly SchemaProblem[];
  } = {},
): ToolRule {
  return {
    spec,
    hash: digestOf(hash, toolDocument(spec)),
    checkArgs: checks.args ?? (() => []),
    checkOutput: checks.output ?? (() => []),
  };
}

export function someRules(hash: Hasher, tools: readonly ToolRule[], policy: Policy = DEFAULT_POLICY): Rules {
  return {
    hash,
    log: "log_01m7xcc2g3pcfz3hmdpdpdksfy",
    tools: new Map(tools.map((rule) => [rule.spec.name, rule])),
    policy,
    policyHash: digestOf(hash, policyDocument(policy)),
    sandboxHash: digestOf(hash, { type: "writ/sandbox/v1", backend: "none" }),
  };
}

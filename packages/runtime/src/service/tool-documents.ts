import {
  authorize,
  reaches,
  type Authorization,
  type EpochMs,
  type Policy,
  type PolicyMode,
  type ToolSpec,
} from "@writ/core";
import type { RunDesk } from "./run-desk.ts";

/** A call as it would be asked about, with nothing said of its arguments. */
export interface ToolQuestion {
  readonly policy: Policy;
  readonly mode: PolicyMode;
  readonly at: EpochMs;
}

/** What policy answers for a tool whose arguments no rule minds. */
export function answerFor(spec: ToolSpec, { policy, mode, at }: ToolQuestion): Authorization {
  return authorize(policy, { spec, tool: spec.name, args: {}, mode, gates: [], tainted: false, at });
}

/** How often a call may be sent: `idempotent`, `probe`, `once`. */
export function repeatable({ idempotency, traits }: ToolSpec): "idempotent" | "probe" | "once" {
  if (idempotency !== "none") return "idempotent";
  return traits.probe ? "probe" : "once";
}

/** What tools are asked about when nobody says otherwise: the configured policy, in its mode. */
export function questionOf({ config }: Pick<RunDesk, "config">, at: EpochMs): ToolQuestion {
  return { policy: config.policy, mode: config.policy.mode, at };
}

/** The shortest reach first. */
export function toolsByReach({ toolRules }: Pick<RunDesk, "toolRules">): readonly ToolSpec[] {
  return [...toolRules.values()].map((rule) => rule.spec).toSorted(byReach);
}

function byReach(a: ToolSpec, b: ToolSpec): number {
  if (a.tier !== b.tier) return reaches(a.tier, b.tier) ? 1 : -1;
  return a.name < b.name ? -1 : 1;
}

/** A tool as programs see it in a list. */
export function toolDocument({ toolRules }: Pick<RunDesk, "toolRules">, spec: ToolSpec, question: ToolQuestion) {
  const { effect, rules } = answerFor(spec, question);
  return {
    name: spec.name,
    version: spec.version,
    summary: spec.summary,
    tier: spec.tier,
    source: "built_in",
    schema_hash: toolRules.get(spec.name)?.hash ?? null,
    decision: effect,
    rules,
    repeat: repeatable(spec),
    sandboxed: spec.traits.sandboxed,
    reversible: spec.traits.reversible,
  };
}

/** All that is declared of a tool, which is what decisions rest on. */
export function toolDetailDocument(desk: Pick<RunDesk, "toolRules">, spec: ToolSpec, question: ToolQuestion) {
  const { inputSchema, outputSchema, idempotency, traits } = spec;
  return {
    ...toolDocument(desk, spec, question),
    idempotency,
    input_schema: inputSchema,
    output_schema: outputSchema,
    timeout_ms: traits.timeout,
    always_approve: traits.alwaysApprove,
    writes: traits.writes.map(({ at }) => at),
    host: traits.host,
  };
}

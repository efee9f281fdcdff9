import type { JsonObject } from "../base/json.ts";
import type { DurationMs } from "../base/time.ts";
import type { ApprovalMode } from "./approval-mode.ts";

/** `area.verb_object`, or `server/tool` for a tool of an MCP server. */
export type ToolName = string;

/** Whether a repeated call with the same key is the same effect: `supported` tools honour a key, `required` ones refuse to run without. */
export type Idempotency = "required" | "supported" | "none";

/**
 * What is known of a tool before it runs. Everything a decision may rest on is
 * here and is pinned by digest when a run starts.
 */
export interface ToolSpec {
  readonly name: ToolName;
  readonly version: string;
  readonly summary: string;
  /** JSON Schema 2020-12. */
  readonly inputSchema: JsonObject;
  /** JSON Schema 2020-12. Output off this schema fails the attempt. */
  readonly outputSchema: JsonObject;
  readonly tier: ApprovalMode;
  readonly idempotency: Idempotency;
  readonly traits: ToolTraits;
}

/** What else policy and the critic ask of a tool. */
export interface ToolTraits {
  /** Gated in every policy mode, whatever a rule says. */
  readonly alwaysApprove: boolean;
  /** Runs in the sandbox, or not at all. */
  readonly sandboxed: boolean;
  /** Can tell whether an interrupted call happened. */
  readonly probe: boolean;
  /** The longest one attempt may take; a step may ask for less. Null leaves it to the run's own bound. */
  readonly timeout: DurationMs | null;
  /** What the tool can take back, and how. */
  readonly reversible: boolean;
  /** Takes back what other tools did: called by an undo, and named by no other plan. */
  readonly compensates: boolean;
  /** The real-world effect and the parameter that selects its object, such as `money.refund` and `order_id`; lets the critic see a second road to a gated effect. */
  readonly effect: { readonly class: string; readonly target: string } | null;
  /** The parameter that holds a URL or host the call will reach. */
  readonly host: string | null;
  /** Identical answers a polling tool may give before the loop guard trips. */
  readonly maxIdentical: number | null;
  /** The parameters that say which files of the workspace a call writes: a path, or a unified diff. */
  readonly writes: readonly { readonly at: string; readonly as: "path" | "patch" }[];
  /** The most tokens one call may use; reserved before it is sent. */
  readonly tokens: number;
  /** The most one call may cost, in 1/1000 cent; reserved before it is sent. */
  readonly costMillicents: number;
  /** Bounds per parameter, beyond the schema. */
  readonly constraints: readonly ArgumentConstraint[];
}

/** The traits of a tool of which nothing is declared: it promises nothing and may do nothing of its own. */
export const NO_TRAITS: ToolTraits = {
  alwaysApprove: false,
  sandboxed: false,
  probe: false,
  timeout: null,
  reversible: false,
  compensates: false,
  effect: null,
  host: null,
  maxIdentical: null,
  writes: [],
  tokens: 0,
  costMillicents: 0,
  constraints: [],
};

/** A bound on one argument. `unlessApproved` lifts it for a step that lists a gate. */
export interface ArgumentConstraint {
  /** JSON pointer into the arguments. */
  readonly at: string;
  readonly max: number | null;
  readonly oneOf: readonly string[] | null;
  readonly unlessApproved: boolean;
}

/** The hashed declaration of a tool; see formats §4.1. */
export function toolDocument(spec: ToolSpec): JsonObject {
  return {
    type: "writ/tool/v1",
    name: spec.name,
    version: spec.version,
    summary: spec.summary,
    input_schema: spec.inputSchema,
    output_schema: spec.outputSchema,
    tier: spec.tier,
    idempotency: spec.idempotency,
  };
}

import type { JsonObject } from "../base/json.ts";
import type { ApprovalMode } from "../tool/approval-mode.ts";
import type { ToolName } from "../tool/tool-spec.ts";
import type { Expression } from "./expression.ts";
import type { PlanDocument } from "./plan-document.ts";

/** A plan ready to run: names parsed, references resolved to steps. The document is what was hashed. */
export interface Plan {
  readonly document: PlanDocument;
  readonly id: string;
  readonly intent: string;
  readonly hash: string;
  readonly block: Block;
}

/** Steps ordered by what they need. */
export interface Block {
  readonly steps: readonly Step[];
}

export type Step = ToolStep | GateStep | CheckStep | ValueStep;

interface Common {
  /** Unique in its block. */
  readonly id: string;
  readonly needs: readonly string[];
  readonly when: Expression | null;
  readonly onFailure: "stop" | "continue";
  /** The step this one stands in for when that failed for good. */
  readonly fallbackFor: string | null;
  /** `GATE_*` names the plan asks for. */
  readonly gates: readonly string[];
  /** Names of evidence that must be resolved before this step. */
  readonly evidence: readonly string[];
}

export interface ToolStep extends Common {
  readonly kind: "tool";
  readonly tool: ToolName;
  readonly args: Args;
  readonly declaredMode: ApprovalMode | null;
  readonly produces: readonly string[];
  readonly timeoutMs: number | null;
  readonly retry: { readonly maxAttempts: number; readonly backoffMs: number } | null;
  readonly compensation: { readonly tool: ToolName; readonly params: JsonObject } | null;
  readonly occurrence: number;
}

/** A person, and nothing else. */
export interface GateStep extends Common {
  readonly kind: "gate";
  readonly message: string;
}

export interface CheckStep extends Common {
  readonly kind: "check";
  readonly that: Expression;
  readonly message: string;
}

export interface ValueStep extends Common {
  readonly kind: "value";
  readonly set: ReadonlyMap<string, Expression>;
}

/** Parameters with holes that earlier outputs fill. */
export interface Args {
  readonly params: JsonObject;
  readonly bindings: readonly ParamBinding[];
}

export interface ParamBinding {
  /** Where in the parameters. */
  readonly at: Pointer;
  /** A step's id, or `inputs`. */
  readonly from: string;
  /** Where in that step's output. */
  readonly pointer: Pointer;
}

/** The unescaped tokens of a JSON pointer (RFC 6901). */
export type Pointer = readonly string[];

export const INPUTS = "inputs";

import type { Digest } from "../base/digest.ts";
import type { Json } from "../base/json.ts";
import type { ToolName, ToolSpec } from "./tool-spec.ts";

/** What a decision needs of a tool: its declaration and two checks against its schemas. Pinned by digest, handed in. */
export interface ToolRule {
  readonly spec: ToolSpec;
  /** Digest of the tool document. */
  readonly hash: Digest;
  checkArgs(args: Json): readonly SchemaProblem[];
  checkOutput(output: Json): readonly SchemaProblem[];
}

export interface SchemaProblem {
  /** JSON pointer; for a missing member the place where it should be. */
  readonly at: string;
  readonly message: string;
}

export type ToolRules = ReadonlyMap<ToolName, ToolRule>;

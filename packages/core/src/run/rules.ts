import type { Digest } from "../base/digest.ts";
import type { Hasher } from "../base/hash.ts";
import type { Policy } from "../policy/policy.ts";
import type { ToolRules } from "../tool/tool-rule.ts";

/** Everything a decision may consult beside the state: pinned by digest in `run_started`, handed in, never fetched. */
export interface Rules {
  readonly hash: Hasher;
  /** The log the run is written to. */
  readonly log: string;
  readonly tools: ToolRules;
  readonly policy: Policy;
  readonly policyHash: Digest;
  readonly sandboxHash: Digest;
}

import type { EpochMs } from "../base/time.ts";
import type { Amounts } from "../budget/amounts.ts";
import type { Limits } from "../budget/budget.ts";
import type { PolicyMode } from "../plan/plan-document.ts";
import type { Plan, Step } from "../plan/plan.ts";
import type { Policy } from "../policy/policy.ts";
import type { ApprovalMode } from "../tool/approval-mode.ts";
import type { ToolRules } from "../tool/tool-rule.ts";

/** Where a run comes in that takes another one back. */
export const UNDO_DOOR = "undo";

/** What a plan is verified against. All of it is pinned, so the same question has the same answer for ever. */
export interface Question {
  readonly plan: Plan;
  readonly tools: ToolRules;
  readonly policy: Policy;
  /** The stricter of configuration and request, before the plan's own. */
  readonly mode: PolicyMode;
  /** The furthest tier the run may use. */
  readonly ceiling: ApprovalMode;
  readonly limits: Limits;
  readonly remaining: Amounts;
  /** Where the run came in: only `UNDO_DOOR` calls what takes back. */
  readonly door: string;
  /** Set when the caller said what the run is about. */
  readonly intent: string | null;
  /** Names of the run's inputs. */
  readonly inputs: ReadonlySet<string>;
  /** Steps that are already done and count as nothing, as they were, by id. */
  readonly settled: ReadonlyMap<string, Step>;
  /** Evidence that earlier plans resolved. */
  readonly evidence: ReadonlySet<string>;
  readonly refusedPlans: ReadonlySet<string>;
  readonly at: EpochMs;
}

import { DIMENSIONS } from "../budget/budget.ts";
import { APPROVAL_MODES } from "../tool/approval-mode.ts";

/** How far a tool reaches, or `unknown` where no fact says. */
const TIERS = [...APPROVAL_MODES, "unknown"] as const;

/**
 * What is counted, each with its labels and the values these may have; null where anything may stand, of which the
 * fold keeps a bounded number.
 */
export const COUNTERS = {
  runs_started: {},
  runs_ended: { outcome: ["completed", "failed", "rejected", "expired", "cancelled", "escalated"] },
  /** `permitted` is the policy's own grant; `revoked` is a grant that fell after it was given. */
  approvals: {
    decision: ["granted", "permitted", "denied", "expired", "voided", "cancelled", "revoked"],
    tier: TIERS,
  },
  /** By how they ended. `probed`: nobody has the answer, and its tool or a person says that it happened. */
  tool_attempts: { tool: null, outcome: ["returned", "failed", "abandoned", "in_doubt", "probed"] },
  /**
   * Failed attempts and refused answers by the tier of their tool; `check` and `not_sent` are steps that failed before
   * anything was sent.
   */
  step_errors: { step_type: [...TIERS, "check", "not_sent"] },
  budget_exhausted: { dimension: [...DIMENSIONS, "retries", "replans", "unknown"] },
  /** `none`: the planner gave no plan that could be looked at. */
  plan_verifications: { result: ["ok", "refused", "none"] },
  steps: { result: ["completed", "failed", "skipped", "blocked", "compensated"] },
  retries: {},
  /** Steps that completed after an attempt of theirs had gone wrong. */
  recoveries: {},
  replans: {},
  escalations: { tier: TIERS },
  /** Stands at zero until runs have lanes. */
  lanes: { result: ["completed", "failed"] },
} as const satisfies Readonly<Record<string, Labels>>;

/** How long something took. */
export const HISTOGRAMS = {
  /** From the request to a person's answer. */
  approval_latency: { tier: TIERS },
  /** From the start of a run to its end as `completed`. */
  time_to_safe_completion: {},
} as const satisfies Readonly<Record<string, Labels>>;

/** Upper bounds of the histograms in seconds, a second to a day; what took longer lies above the last. */
export const BOUNDS_S = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400] as const;

type Labels = Readonly<Record<string, readonly string[] | null>>;

export type CounterName = keyof typeof COUNTERS;
export type HistogramName = keyof typeof HISTOGRAMS;

export type LabelsOf<Name extends CounterName> = ValuesOf<(typeof COUNTERS)[Name]>;
export type SortsOf<Name extends HistogramName> = ValuesOf<(typeof HISTOGRAMS)[Name]>;

type ValuesOf<Allowed extends Labels> = {
  readonly [Label in keyof Allowed]: Allowed[Label] extends readonly (infer Value extends string)[] ? Value : string;
};

export type Tier = (typeof TIERS)[number];
export type BudgetDimension = LabelsOf<"budget_exhausted">["dimension"];

/** How far a tool reached when its run was started. */
export type TierOfTool = (tool: string) => Tier;

/** The value itself where it is one of those that are known, else `unknown`: a label never is what a log happens to hold. */
export function tierOf(value: unknown): Tier {
  return TIERS.find((tier) => tier === value) ?? "unknown";
}

export function dimensionOf(value: unknown): BudgetDimension {
  return COUNTERS.budget_exhausted.dimension.find((dimension) => dimension === value) ?? "unknown";
}

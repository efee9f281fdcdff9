import type { Place, Problem } from "../base/error.ts";

/** What a failed check of the plan asks for: `replan` may be repaired by the planner, `reject` and `escalate` may not. */
export type Consequence = "replan" | "reject" | "escalate";

/** Every objection the critic can raise, with the check of decision-plane §3.2 it belongs to. Each has a page in docs/errors. */
export const PLAN_FINDINGS = {
  plan_malformed: "replan",
  expression_malformed: "replan",
  plan_cycle: "replan",
  reference_dangling: "replan",
  type_mismatch: "replan",
  intent_mismatch: "reject",
  tool_not_allowed: "replan",
  argument_not_allowed: "replan",
  approval_mode_missing: "replan",
  approval_mode_mismatch: "replan",
  safety_mode_exceeded: "replan",
  approval_gate_missing: "replan",
  gate_unknown: "replan",
  gate_bypass: "reject",
  missing_evidence: "replan",
  policy_denied: "reject",
  outbound_refused: "reject",
  policy_conflict: "reject",
  policy_eval_error: "reject",
  policy_relaxation: "reject",
  budget_exceeded: "replan",
  loop_guard: "escalate",
  compensation_invalid: "replan",
} as const satisfies Record<string, Consequence>;

export type FindingCode = keyof typeof PLAN_FINDINGS;

/** One objection to a plan, with the step and the field it is about. */
export interface Finding extends Problem {
  readonly code: FindingCode;
  readonly severity: "error" | "warn";
}

export function finding(code: FindingCode, message: string, place: Place, remedy: string): Finding {
  return { code, severity: "error", message, place, remedy };
}

/** The gravest consequence among the errors; null when there is none. */
export function consequence(findings: readonly Finding[]): Consequence | null {
  const wanted = findings
    .filter((each) => each.severity === "error")
    .map((each): Consequence => PLAN_FINDINGS[each.code]);
  return (["reject", "escalate", "replan"] as const).find((each) => wanted.includes(each)) ?? null;
}

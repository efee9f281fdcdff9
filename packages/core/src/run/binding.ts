import type { ApprovalMode } from "../tool/approval-mode.ts";

/** What an approval binds (formats §4.1). Its digest is the binding hash. */
export interface Binding {
  readonly type: "writ/approval/v1";
  readonly log: string;
  readonly tenant: string;
  readonly run: string;
  readonly plan: string;
  readonly step: string;
  readonly approval: string;
  readonly plan_commit: string;
  readonly tool: string;
  readonly tool_hash: string;
  readonly args_commit: string;
  /** Ordered by `ref`, unique. */
  readonly evidence: readonly { readonly commit: string; readonly ref: string }[];
  readonly preview_commit: string;
  readonly policy_hash: string;
  readonly sandbox_hash: string;
  readonly tier: ApprovalMode;
  /** Sorted, at least one. */
  readonly gates: readonly string[];
  readonly budget: CallBudget;
  readonly idempotency_key: string;
  readonly expires_at_ms: number;
  /** 64 hex digits of entropy. */
  readonly nonce: string;
}

/** The most one call may use. */
export interface CallBudget {
  readonly cost_millicents: number;
  readonly tokens: number;
  readonly tool_calls: number;
  readonly wall_clock_ms: number;
}

const FIELDS = [
  "type",
  "log",
  "tenant",
  "run",
  "plan",
  "step",
  "approval",
  "plan_commit",
  "tool",
  "tool_hash",
  "args_commit",
  "evidence",
  "preview_commit",
  "policy_hash",
  "sandbox_hash",
  "tier",
  "gates",
  "budget",
  "idempotency_key",
  "expires_at_ms",
  "nonce",
] as const satisfies readonly (keyof Binding)[];

/** The first member in which two bindings differ; null when they are the same. */
export function firstDifference(approved: Binding, now: Binding): keyof Binding | null {
  return FIELDS.find((field) => JSON.stringify(approved[field]) !== JSON.stringify(now[field])) ?? null;
}

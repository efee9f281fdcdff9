import type { Amounts } from "../budget/amounts.ts";
import type { Payload } from "../base/payload.ts";
import type { FailedEffect, FailureKind } from "../tool/failure.ts";
import type { Binding } from "./binding.ts";
import type { Answer, Pins, RunSettings, Usage } from "./input.ts";
import type { Reason } from "./reason.ts";

/** What happened to a run, in the order it happened. Facts: past tense, never edited, spelled as in the journal. */
export type JournalEvent =
  | {
      readonly type: "run_started";
      readonly tenant: string;
      readonly pins: Pins;
      readonly budget: RunSettings["budget"];
      readonly settings: Omit<RunSettings, "tenant" | "budget">;
      readonly goal: Payload;
      readonly key_secret: Payload;
      readonly inputs: Payload;
    }
  | {
      readonly type: "plan_requested";
      readonly plan_version: number;
      readonly reason: Reason | null;
      readonly final: boolean;
    }
  | {
      readonly type: "plan_proposed";
      readonly plan_id: string;
      readonly plan_version: number;
      readonly plan: Payload;
      readonly usage: Usage;
    }
  | {
      readonly type: "plan_verified";
      readonly plan_id: string;
      readonly plan_commit: string;
      readonly steps: number;
    }
  | {
      readonly type: "plan_rejected";
      readonly plan_version: number;
      readonly verdict: "replan" | "reject" | "escalate";
      readonly codes: readonly string[];
      /** Null when the planner gave none. */
      readonly plan: Payload | null;
      readonly findings: Payload;
      readonly usage: Usage;
    }
  | { readonly type: "scope_opened"; readonly scope: string }
  | {
      readonly type: "scope_closed";
      readonly scope: string;
      readonly outcome: "succeeded" | "failed";
      readonly reason: Reason | null;
    }
  | {
      readonly type: "step_settled";
      readonly step: string;
      readonly outcome: "succeeded" | "failed" | "skipped" | "blocked";
      readonly output: Payload | null;
      readonly reason: Reason | null;
    }
  | { readonly type: "step_queued"; readonly step: string; readonly behind: string }
  | {
      readonly type: "gate_wanted";
      readonly step: string;
      readonly round: number;
      readonly rules: readonly string[];
      readonly approver: "person" | "policy";
    }
  | {
      readonly type: "approval_requested";
      readonly step: string;
      readonly approval: string;
      readonly binding: Binding;
      readonly binding_hash: string;
      readonly args: Payload;
      readonly preview: Payload;
      readonly evidence: readonly { readonly ref: string; readonly value: Payload }[];
    }
  | { readonly type: "approval_voted"; readonly step: string; readonly approval: string; readonly binding_hash: string }
  | {
      readonly type: "approval_granted";
      readonly step: string;
      readonly approval: string;
      readonly binding_hash: string;
    }
  | {
      readonly type: "approval_denied";
      readonly step: string;
      readonly approval: string;
      readonly binding_hash: string;
      readonly reason: Payload;
    }
  | {
      readonly type: "approval_expired";
      readonly step: string;
      readonly approval: string;
      readonly binding_hash: string;
    }
  | {
      readonly type: "approval_voided";
      readonly step: string;
      readonly approval: string;
      readonly binding_hash: string;
      readonly reason: Reason;
    }
  | {
      readonly type: "step_started";
      readonly step: string;
      readonly attempt: number;
      readonly tool: string;
      readonly tool_call: string;
      readonly occurrence: number | string;
      readonly idempotency_key: string;
      readonly args: Payload;
      readonly authority: Authority;
      readonly reserve: Amounts;
    }
  | {
      readonly type: "attempt_returned";
      readonly step: string;
      readonly attempt: number;
      readonly tool_call: string;
      readonly output: Payload;
      readonly undo: { readonly tool: string; readonly args: Payload } | null;
      readonly artifacts: Payload | null;
      readonly usage: Usage;
    }
  | {
      readonly type: "attempt_failed";
      readonly step: string;
      readonly attempt: number;
      readonly tool_call: string;
      readonly kind: FailureKind;
      readonly happened: FailedEffect;
      readonly error: Payload;
      readonly usage: Usage;
    }
  | { readonly type: "attempt_abandoned"; readonly step: string; readonly attempt: number; readonly reason: Reason }
  | VerdictRendered
  | { readonly type: "retry_due"; readonly step: string }
  | { readonly type: "probe_wanted"; readonly step: string; readonly attempt: number; readonly usage: Usage | null }
  | { readonly type: "step_in_doubt"; readonly step: string; readonly attempt: number; readonly reason: Reason }
  | { readonly type: "doubt_resolved"; readonly step: string; readonly attempt: number; readonly answer: Answer }
  | { readonly type: "review_resolved"; readonly step: string; readonly answer: Answer }
  | { readonly type: "run_held"; readonly reason: Reason }
  | { readonly type: "run_released" }
  | { readonly type: "budget_extended"; readonly amounts: Amounts; readonly reason: Payload }
  | {
      readonly type: "run_closing";
      readonly outcome: Outcome;
      readonly reason: Reason | null;
      readonly forced: boolean;
    }
  | { readonly type: "phase_entered"; readonly phase: "undoing"; readonly steps: readonly UndoStep[] }
  | {
      readonly type: "run_ended";
      readonly outcome: Outcome;
      readonly reason: Reason | null;
      readonly record_id: string;
      readonly record_hash: string;
      /** Steps of which nobody knows whether they happened: only a forced end leaves any. */
      readonly doubts: readonly string[];
    };

/** The critic's word on an attempt or on the run; `outcome` is what becomes of the step. */
export interface VerdictRendered {
  readonly type: "verdict_rendered";
  readonly scope: "step" | "run";
  readonly step: string | null;
  /** 0 when the step was stopped before anything was sent. */
  readonly attempt: number;
  readonly verdict: "accept" | "retry" | "replan" | "escalate";
  readonly outcome: "succeeded" | "waiting" | "failed" | "replanning" | "review" | "held";
  readonly scores: Readonly<Record<string, string>>;
  readonly reason: Reason | null;
  readonly retry_at_ms: number | null;
}

/** What permits a call: a person's or the policy's grant, or the rules that need none. */
export type Authority =
  | { readonly approval: string; readonly binding_hash: string }
  | { readonly rules: readonly string[] };

/** What a run ends as; escalated only where nobody can go on. */
export type Outcome = "completed" | "failed" | "rejected" | "expired" | "cancelled" | "escalated";

/** One thing to take back, written down so that the fold needs no other source. */
export interface UndoStep {
  readonly id: string;
  /** The path of the step it takes back. */
  readonly of: string;
  readonly tool: string;
  readonly args: Payload;
}

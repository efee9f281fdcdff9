import type { Amounts } from "../budget/amounts.ts";
import type { Limits } from "../budget/budget.ts";
import type { Payload } from "../base/payload.ts";
import type { PolicyMode } from "../plan/plan-document.ts";
import type { ApprovalMode } from "../tool/approval-mode.ts";
import type { FailedEffect, FailureKind } from "../tool/failure.ts";

/**
 * What can arrive at a run: operators' commands and outcomes of effects. The
 * members are spelled as they stand in the journal, so that nothing lies between
 * what is hashed and what is folded. What a person, a model, a tool or a file
 * said is a payload.
 */
export type RunInput =
  | StartInput
  | {
      readonly type: "plan_proposed";
      readonly plan_version: number;
      readonly plan: Payload;
      readonly answers: readonly Payload[];
      readonly usage: Usage;
    }
  | {
      readonly type: "plan_failed";
      readonly plan_version: number;
      readonly code: string;
      readonly error: Payload;
      readonly answers: readonly Payload[];
      readonly usage: Usage;
    }
  | GateOpenedInput
  | {
      readonly type: "gate_failed";
      readonly step: string;
      readonly round: number;
      readonly kind: FailureKind;
      readonly error: Payload;
    }
  | { readonly type: "ask_again"; readonly approval: string }
  | { readonly type: "approve"; readonly approval: string; readonly binding_hash: string }
  | { readonly type: "deny"; readonly approval: string; readonly reason: Payload }
  | {
      readonly type: "tool_returned";
      readonly step: string;
      readonly attempt: number;
      readonly output: Payload;
      readonly artifacts: Payload | null;
      readonly undo: { readonly tool: string; readonly args: Payload } | null;
      readonly usage: Usage;
    }
  | {
      readonly type: "tool_failed";
      readonly step: string;
      readonly attempt: number;
      readonly kind: FailureKind;
      readonly happened: FailedEffect;
      readonly error: Payload;
      readonly usage: Usage;
      /** Uniform in [0, 1), as a decimal string. */
      readonly jitter: string;
    }
  | {
      readonly type: "evidence_moved";
      readonly step: string;
      /** The attempt that was not sent; null when it was seen while somebody decided. */
      readonly attempt: number | null;
      readonly approval: string;
      readonly field: string;
    }
  | { readonly type: "attempts_interrupted"; readonly through: number }
  | {
      readonly type: "attempt_probed";
      readonly step: string;
      readonly attempt: number;
      readonly happened: "yes" | "no" | "unknown";
    }
  /** About the attempt that is in doubt or in review, so that an answer that comes twice says nothing of a later one. */
  | { readonly type: "resolve"; readonly step: string; readonly attempt: number; readonly answer: Answer }
  | { readonly type: "time_passed" }
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  | { readonly type: "extend"; readonly amounts: Amounts; readonly reason: Payload }
  | { readonly type: "cancel"; readonly reason: Payload }
  | { readonly type: "proceed" };

export interface StartInput {
  readonly type: "start";
  readonly goal: Payload;
  /** 32 bytes. */
  readonly key_secret: Payload;
  readonly inputs: Payload;
  /** Null: ask the planner. */
  readonly plan: Payload | null;
  readonly settings: RunSettings;
  readonly pins: Pins;
}

/** What bounds one run, decided at its door. */
export interface RunSettings {
  readonly tenant: string;
  /** Where it came in: `run`, `plan`, `demo`, a file, an API. */
  readonly door: string;
  readonly mode: PolicyMode;
  readonly ceiling: ApprovalMode;
  readonly intent: string | null;
  readonly budget: Limits;
  /** How many steps may run or open their gate at once. */
  readonly width: number;
  readonly approval_ttl_ms: number;
  /** The most one attempt may take where the tool does not say. */
  readonly timeout_ms: number;
  /** False leaves the plan to be looked at first. */
  readonly begin: boolean;
  /** What a step that failed for good does to the run. */
  readonly on_fatal: "pause" | "fail";
  readonly deadline_at_ms: number | null;
  readonly ttl_ms: number | null;
}

/** Digests of the documents that configure a run. */
export interface Pins {
  readonly policy: string;
  readonly tools: string;
  readonly evaluators: string;
  readonly models: string;
  readonly sandbox: string;
  readonly runtime: string;
}

export interface GateOpenedInput {
  readonly type: "gate_opened";
  readonly step: string;
  readonly round: number;
  readonly approval: string;
  readonly args: Payload;
  readonly preview: Payload;
  readonly evidence: readonly { readonly ref: string; readonly value: Payload }[];
  readonly expires_at_ms: number;
  readonly nonce: string;
}

/** What one call cost. */
export interface Usage {
  readonly tokens: number;
  readonly cost_millicents: number;
  readonly wall_clock_ms: number;
}

/** Of a step in doubt: `happened`, `did_not_happen`, `retry`; of one in review: `retry`, `skip`. */
export type Answer = "happened" | "did_not_happen" | "retry" | "skip";

import type { Amounts } from "../budget/amounts.ts";

/** One entry as a store keeps it. `bytes` is exactly what was hashed. */
export interface StoredEntry {
  readonly seq: number;
  /** Null for an entry about the log itself. */
  readonly run: string | null;
  readonly version: number | null;
  readonly bytes: string;
  /** The payloads born in this entry, in order of birth. */
  readonly payloads: readonly StoredPayload[];
}

export interface StoredPayload {
  /** Counts births from 0, those of the input first. */
  readonly n: number;
  /** 32 bytes; null when erased. */
  readonly salt: Uint8Array | null;
  /** Null when erased. */
  readonly bytes: Uint8Array | null;
}

/** An entry that has everything but its position, which the store gives. */
export interface EntryDraft {
  readonly run: string;
  /** 1, 2, 3 …: the version the entry will have. */
  readonly version: number;
  readonly atMs: number;
  /** The canonical bytes are `head + seq + tail`. */
  readonly head: string;
  readonly tail: string;
  readonly payloads: readonly NewPayload[];
  readonly documents: readonly { readonly digest: string; readonly bytes: string }[];
  /** Grants consumed by this entry. */
  readonly approvalUses: readonly { readonly approval: string; readonly bindingHash: string }[];
  /** Idempotency keys of calls that begin or end with this entry. */
  readonly keys: readonly { readonly key: string; readonly state: "in_flight" | "done" }[];
  readonly views: ViewChanges;
}

export interface NewPayload {
  readonly n: number;
  /** 64 hex digits. */
  readonly commit: string;
  readonly salt: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Rows that replace those of the same identity. */
export interface ViewChanges {
  readonly run: RunView;
  readonly approvals: readonly ApprovalView[];
  /** Files this entry says were written. */
  readonly artifacts: readonly ArtifactView[];
}

/** What lists show of a run. Members that come from payloads are null once erased. */
export interface RunView {
  readonly run_id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly goal: string | null;
  readonly door: string;
  readonly started_by: string;
  readonly plan_id: string | null;
  readonly plan_hash: string | null;
  readonly version: number;
  readonly created_at_ms: number;
  readonly updated_at_ms: number;
  readonly ended_at_ms: number | null;
  /** The next instant at which a clock can move the run. */
  readonly wake_at_ms: number | null;
  readonly worked_ms: number;
  readonly waited_ms: number;
  readonly steps: { readonly total: number; readonly done: number; readonly failed: number };
  /** Who must act: step paths by what they wait for. */
  readonly waiting: {
    readonly gates: readonly string[];
    readonly doubts: readonly string[];
    readonly reviews: readonly string[];
  };
  readonly budget: { readonly used: Amounts; readonly limits: Amounts };
}

export interface ApprovalView {
  readonly approval_id: string;
  readonly run_id: string;
  readonly step: string;
  readonly status: "waiting" | "granted" | "used" | "denied" | "expired" | "voided" | "cancelled";
  readonly tool: string;
  readonly tier: string;
  readonly gates: readonly string[];
  /** From the preview; null once erased. */
  readonly title: string | null;
  readonly binding_hash: string;
  readonly requested_at_ms: number;
  readonly expires_at_ms: number;
  readonly decided_at_ms: number | null;
  readonly decided_by: string | null;
  readonly reason: string | null;
}

export interface ArtifactView {
  readonly run_id: string;
  readonly step: string;
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly at_ms: number;
}

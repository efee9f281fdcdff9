/** Every finding of the verifier and the exit it leads to. Each code has a page, `docs/errors/<code>.md`. */
export const FINDINGS = {
  bundle_not_found: 2,
  bundle_unsupported: 2,
  manifest_malformed: 5,
  manifest_signature: 5,
  receipt_malformed: 5,
  file_missing: 5,
  file_unexpected: 5,
  file_digest: 5,
  checkpoint_malformed: 5,
  checkpoint_origin: 5,
  checkpoint_signature: 5,
  tree_malformed: 5,
  tree_root: 5,
  entry_leaf: 5,
  entry_missing: 5,
  entry_extra: 5,
  entry_order: 5,
  entry_not_canonical: 5,
  entry_malformed: 5,
  log_start: 5,
  log_end: 5,
  key_unknown: 5,
  key_rotation: 5,
  key_not_trusted: 5,
  manifest_mismatch: 5,
  payload_reference: 5,
  redaction_invalid: 5,
  blob_malformed: 5,
  payload_commitment: 5,
  payload_malformed: 5,
  payload_missing: 5,
  payload_unreferenced: 5,
  payload_resurrected: 5,
  document_digest: 5,
  document_missing: 5,
  document_unreferenced: 5,
  run_start: 5,
  run_gap: 5,
  run_after_end: 5,
  plan_binding: 5,
  plan_hash: 5,
  approval_binding: 5,
  approval_missing: 5,
  approval_actor: 5,
  approval_expired: 5,
  approval_reused: 5,
  approval_signature: 5,
  idempotency_key: 5,
  record_mismatch: 5,
  rolled_back: 5,
  consistency_failed: 5,
  last_seen_signature: 5,
  last_seen_malformed: 2,
  consistency_unavailable: 1,
  replay_malformed: 5,
  replay_mismatch: 5,
  replay_different: 5,
} as const satisfies Record<string, 1 | 2 | 5>;

export type FindingCode = keyof typeof FINDINGS;

/** One thing that does not hold, and where. */
export interface Finding {
  readonly code: FindingCode;
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  /** Position of the entry in the log. */
  readonly seq?: number;
  /** A JSON pointer into the entry; for a payload the place of its birth. */
  readonly field?: string;
  readonly detail?: string;
}

export type Place = Omit<Finding, "code" | "file">;

/** Notes a finding; checking goes on, so that all places are named. The file is `entries.jsonl` if none is named. */
export type Say = (code: FindingCode, place?: Place, file?: string) => void;

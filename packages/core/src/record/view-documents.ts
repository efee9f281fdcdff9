import { epochMs, toRfc3339 } from "../base/time.ts";
import type { ApprovalView, ArtifactView } from "../journal/stored-entry.ts";

/** A request for a decision as programs see it: the row of a list, its instants spelled out. */
export interface ApprovalDocument extends Omit<ApprovalView, "requested_at_ms" | "expires_at_ms" | "decided_at_ms"> {
  readonly requested_at: string;
  readonly expires_at: string;
  readonly decided_at: string | null;
}

export function approvalDocument(view: ApprovalView): ApprovalDocument {
  const { approval_id, run_id, step, status, tool, tier, gates, title, binding_hash, decided_by, reason } = view;
  return {
    approval_id,
    run_id,
    step,
    status,
    tool,
    tier,
    gates,
    title,
    binding_hash,
    requested_at: toRfc3339(epochMs(view.requested_at_ms)),
    expires_at: toRfc3339(epochMs(view.expires_at_ms)),
    decided_at: view.decided_at_ms === null ? null : toRfc3339(epochMs(view.decided_at_ms)),
    decided_by,
    reason,
  };
}

/** A file a run wrote as programs see it. */
export interface ArtifactDocument extends Omit<ArtifactView, "at_ms"> {
  readonly at: string;
}

export function artifactDocument({ run_id, step, path, sha256, bytes, at_ms }: ArtifactView): ArtifactDocument {
  return { run_id, step, path, sha256, bytes, at: toRfc3339(epochMs(at_ms)) };
}

import type { JournalEvent } from "@writ/core";

const FACTS: Readonly<Record<JournalEvent["type"], true>> = {
  run_started: true,
  plan_requested: true,
  plan_proposed: true,
  plan_verified: true,
  plan_rejected: true,
  scope_opened: true,
  scope_closed: true,
  step_settled: true,
  step_queued: true,
  gate_wanted: true,
  approval_requested: true,
  approval_voted: true,
  approval_granted: true,
  approval_denied: true,
  approval_expired: true,
  approval_voided: true,
  step_started: true,
  attempt_returned: true,
  attempt_failed: true,
  attempt_abandoned: true,
  verdict_rendered: true,
  retry_due: true,
  probe_wanted: true,
  step_in_doubt: true,
  doubt_resolved: true,
  review_resolved: true,
  run_held: true,
  run_released: true,
  budget_extended: true,
  run_closing: true,
  phase_entered: true,
  run_ended: true,
};

/** Every kind of fact there is; the compiler says when one is missing. */
export const FACT_TYPES: readonly string[] = Object.keys(FACTS);

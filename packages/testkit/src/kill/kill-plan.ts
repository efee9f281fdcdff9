import type { JsonObject } from "@writ/core";

/** A run that writes every kind of fact an ordinary run does: reads, values, checks, retries, two gates, effects with a key, without one, and with a probe. */
export const KILL_PLAN: JsonObject = {
  intent: "test.kill",
  decision_checkpoints: [],
  steps: [
    { id: "read", tool: "fx.read", params: { id: "read" } },
    { id: "value", kind: "value", set: { id: "steps.read.id" } },
    { id: "check", kind: "check", that: 'steps.value.id == "read"' },
    {
      id: "flaky",
      tool: "fx.flaky",
      params: { id: "flaky" },
      depends_on: ["check"],
      retry: { max_attempts: 3, backoff_ms: 2 },
    },
    { id: "keyed", tool: "fx.keyed", params: { id: "keyed" }, param_bindings: { "/from": "flaky./id" } },
    { id: "paid", tool: "fx.plain", params: { id: "paid" }, depends_on: ["keyed"], requires: ["GATE_OPERATOR"] },
    { id: "probed", tool: "fx.probed", params: { id: "probed" }, depends_on: ["paid"] },
    { id: "sent", tool: "fx.keyed", params: { id: "sent" }, depends_on: ["probed"], requires: ["GATE_OPERATOR"] },
  ],
};

/** What each effect may come to, however often its process is killed. */
export const EFFECTS = ["keyed", "paid", "probed", "sent"] as const;

/** The fact types of the reference run, in the order they first appear: kills are spread over them. */
export const FACT_TYPES = [
  "run_started",
  "plan_proposed",
  "plan_verified",
  "scope_opened",
  "step_started",
  "attempt_returned",
  "verdict_rendered",
  "step_settled",
  "attempt_failed",
  "retry_due",
  "gate_wanted",
  "approval_requested",
  "approval_granted",
  "scope_closed",
  "run_closing",
  "run_ended",
] as const;

import type { Json, JsonObject } from "@writ/core";
import { createRequest, type CreateRequest } from "@writ/runtime";
import { TestTool } from "@writ/testkit/build/test-tool";

/** The refund of the decision plane's fixture F1: look up, evaluate the policy, refund behind a gate. */
export const REFUND_PLAN: readonly JsonObject[] = [
  { id: "s1", tool: "support.look_up", approval_mode: "read_only", params: { order: 7 } },
  { id: "s2", tool: "support.evaluate_policy", approval_mode: "read_only", params: {}, depends_on: ["s1"] },
  {
    id: "s3",
    tool: "support.refund",
    approval_mode: "destructive",
    params: { order: 7, amount: 40 },
    requires: ["GATE_FINANCE_APPROVAL"],
    depends_on: ["s2"],
  },
];

/** The user's configuration that knows the finance gate. */
export const FINANCE = "policy: { gates: [{ id: GATE_FINANCE_APPROVAL, role: approver }] }\n";

/** The three tools, counting what reached them. */
export function refundTools(): {
  readonly tools: readonly TestTool[];
  readonly refund: TestTool;
  readonly sent: () => number;
} {
  const lookUp = new TestTool("support.look_up", "read_only", { run: () => ({ order: 7, state: "open" }) });
  const evaluate = new TestTool("support.evaluate_policy", "read_only", { run: () => ({ eligible: true }) });
  const refund = new TestTool("support.refund", "destructive", {
    run: () => ({ refunded: 40 }),
    spec: {
      traits: {
        effect: { class: "refund", target: "/order" },
        constraints: [{ at: "/amount", max: 50, oneOf: null, unlessApproved: true }],
      },
    },
  });
  const tools = [lookUp, evaluate, refund];
  return { tools, refund, sent: () => tools.reduce((sum, { calls }) => sum + calls.length, 0) };
}

export function requestOf(steps: readonly Json[], over: JsonObject = {}): CreateRequest {
  const plan = { intent: "support.refund", decision_checkpoints: [], ...over, steps };
  return createRequest({ goal: "", plan, author: "person", door: "run" });
}

import { OPERATOR_GATE, type Policy } from "./policy.ts";

/** What holds when nobody configured anything: constrained, outbound off, every registered tool visible. */
export const DEFAULT_POLICY: Policy = {
  mode: "constrained",
  tools: ["*"],
  hosts: [],
  rules: [],
  lifts: [],
  gates: [OPERATOR_GATE],
};
